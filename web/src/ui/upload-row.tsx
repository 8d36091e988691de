import { RotateCcw, X } from 'lucide-react';
import { formatBytes, formatSpan } from '../core/format.ts';
import { videoPath } from '../core/routes.ts';
import { secondsLeft, speedOf } from '../core/speed.ts';
import { isBusy, percentOf, type UploadItem } from '../core/upload-state.ts';
import { cancel, retry } from '../state/uploads.ts';
import { Link } from './link.tsx';
import { ProgressBar } from './progress-bar.tsx';

export function UploadRow({ item }: { item: UploadItem }) {
  const { key, title, videoId, phase } = item;
  return (
    <li className="tray-row" data-phase={phase.name}>
      <div className="tray-row-head">
        {videoId === null ? (
          <span className="tray-row-title">{title}</span>
        ) : (
          <Link className="tray-row-title" href={videoPath(videoId)}>
            {title}
          </Link>
        )}
        {phase.name === 'failed' ? (
          <button type="button" className="button button-small" onClick={() => retry(key)}>
            <RotateCcw aria-hidden="true" />
            Try again
          </button>
        ) : null}
        {isBusy(item) ? (
          <button
            type="button"
            className="button button-plain button-icon button-small"
            aria-label={`Cancel the upload of ${title}`}
            onClick={() => cancel(key)}
          >
            <X aria-hidden="true" />
          </button>
        ) : null}
      </div>
      <p className="tray-row-words" role={phase.name === 'failed' ? 'alert' : undefined}>
        {words(item)}
      </p>
      {phase.name === 'sending' ? <ProgressBar label={`Upload of ${title}`} value={percentOf(item)} /> : null}
    </li>
  );
}

function words(item: UploadItem): string {
  const { phase, size } = item;
  switch (phase.name) {
    case 'queued':
      return `Waiting its turn · ${formatBytes(size)}`;
    case 'preparing':
      return 'Asking for a link to storage…';
    case 'sending':
      return sendingWords(item, phase);
    case 'done':
      return 'In storage. Processing has begun.';
    case 'failed':
      return `${phase.trouble.title}. ${phase.trouble.detail}`;
    case 'cancelled':
      return 'Cancelled';
    default:
      return phase satisfies never;
  }
}

/** `43 % of 73 MB · 12 MB/s · 4 s left` */
export function sendingWords(item: UploadItem, phase: Extract<UploadItem['phase'], { name: 'sending' }>): string {
  if (phase.loaded >= item.size) return 'Sent; waiting for storage to say so…';
  const speed = speedOf(phase.pace);
  const left = secondsLeft(phase.pace, item.size);
  return [
    `${Math.floor(percentOf(item))} % of ${formatBytes(item.size)}`,
    speed === null ? '' : `${formatBytes(speed)}/s`,
    left === null ? '' : `${formatSpan(Math.max(1, Math.round(left)))} left`.replace('.0', ''),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
