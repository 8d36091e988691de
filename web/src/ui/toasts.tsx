import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { toasts as manager } from '../state/toasts.ts';
import './toasts.css';

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={8}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast popup" data-type={toast.type}>
      <Toast.Content className="toast-content">
        <div className="toast-words">
          <Toast.Title className="toast-title" />
          <Toast.Description className="toast-text" />
        </div>
        <Toast.Action className="button button-primary button-small" />
        <Toast.Close className="button button-plain button-icon button-small" aria-label="Close message">
          <X aria-hidden="true" />
        </Toast.Close>
        {toast.type === 'undo' ? <span className="toast-fuse" aria-hidden="true" /> : null}
      </Toast.Content>
    </Toast.Root>
  ));
}
