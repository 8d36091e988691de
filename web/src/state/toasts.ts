import { Toast } from '@base-ui/react/toast';
import { TroubleError } from '../api/client.ts';

/** Short messages at the edge of the page; read out by screen readers. */
export const toasts = Toast.createToastManager();

export function tell(title: string, description?: string): void {
  toasts.add({ title, ...(description === undefined ? {} : { description }), timeout: 5_000 });
}

/** Stays until it is closed: it says what to do. */
export function tellTrouble(what: string, error: unknown): void {
  const reason = error instanceof TroubleError ? `${error.trouble.title}. ${error.trouble.detail}` : String(error);
  toasts.add({ title: what, description: reason, timeout: 0, priority: 'high', type: 'bad' });
}
