import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useState } from 'react';
import { isBusy, percentOf, type UploadItem } from '../core/upload-state.ts';
import { usePage } from '../state/navigation.ts';
import { dismissFinished, useUploads } from '../state/uploads.ts';
import { UploadRow } from './upload-row.tsx';
import './upload-tray.css';

/** The uploads of this visit, on every page but the video's own, which tells more. */
export function UploadTray() {
  const page = usePage();
  const shown = page.name === 'video' ? page.id : null;
  const items = useUploads().filter(
    ({ phase, videoId }) =>
      phase.name !== 'cancelled' && (videoId === null || videoId !== shown || phase.name === 'failed'),
  );
  const [open, setOpen] = useState(true);
  if (items.length === 0) return null;
  const busy = items.some(isBusy);
  return (
    <section className="tray popup" aria-label="Uploads">
      <div className="tray-head">
        <p className="tray-title" aria-live="polite">
          {headline(items)}
        </p>
        <button
          type="button"
          className="button button-plain button-icon button-small"
          aria-expanded={open}
          aria-label={open ? 'Fold uploads' : 'Unfold uploads'}
          onClick={() => setOpen(!open)}
        >
          {open ? <ChevronDown aria-hidden="true" /> : <ChevronUp aria-hidden="true" />}
        </button>
        {busy ? null : (
          <button
            type="button"
            className="button button-plain button-icon button-small"
            aria-label="Close uploads"
            onClick={dismissFinished}
          >
            <X aria-hidden="true" />
          </button>
        )}
      </div>
      {open ? (
        <ul className="tray-list">
          {items.map((item) => (
            <UploadRow key={item.key} item={item} />
          ))}
        </ul>
      ) : (
        <TotalBar items={items} />
      )}
    </section>
  );
}

function headline(items: readonly UploadItem[]): string {
  const done = items.filter(({ phase }) => phase.name === 'done').length;
  const failed = items.filter(({ phase }) => phase.name === 'failed').length;
  if (items.some(isBusy)) return items.length === 1 ? 'Uploading' : `Uploading ${done + 1} of ${items.length}`;
  if (failed > 0) return failed === 1 ? 'An upload did not work' : `${failed} uploads did not work`;
  return done === 1 ? 'Uploaded' : `${done} uploaded`;
}

function TotalBar({ items }: { items: readonly UploadItem[] }) {
  const total = items.reduce((sum, { size }) => sum + size, 0);
  const sent = items.reduce((sum, item) => sum + (item.size * percentOf(item)) / 100, 0);
  return (
    <div className="bar tray-total" aria-hidden="true">
      <div className="bar-fill" style={{ width: `${(100 * sent) / total}%` }} />
    </div>
  );
}
