import type { VideoView } from '@rushes/shared/video';
import { RotateCcw, Upload } from 'lucide-react';
import { adviceFor } from '../core/failures.ts';
import { mayReprocess, stageName } from '../core/status.ts';
import { openUploadDialog } from '../state/upload-dialog.ts';

interface FailurePanelProps {
  video: VideoView;
  error: NonNullable<VideoView['error']>;
  onReprocess: () => void;
}

/** Nothing plays: what happened, at which stage, what to do. */
export function FailurePanel({ video, error, onReprocess }: FailurePanelProps) {
  const advice = adviceFor(error.code);
  const retry = advice.retry && mayReprocess(video);
  return (
    <section className="stage failure" aria-labelledby="failure-title">
      <Cross />
      <div className="failure-words">
        <p className="failure-stage mono">
          Stopped at {stageName(error.stage).toLowerCase()} · {error.code}
        </p>
        <h2 id="failure-title">This video could not be made</h2>
        <p>{error.message}</p>
        <h3 className="failure-next">What you can do</h3>
        <ul className="failure-steps">
          {advice.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ul>
        <div className="notice-actions">
          {retry ? (
            <button type="button" className="button button-primary" onClick={onReprocess}>
              <RotateCcw aria-hidden="true" />
              Make it anew
            </button>
          ) : null}
          <button
            type="button"
            className={retry ? 'button' : 'button button-primary'}
            onClick={() => openUploadDialog([])}
          >
            <Upload aria-hidden="true" />
            Upload another file
          </button>
        </div>
      </div>
    </section>
  );
}

/** How an editor marks a take that is no good. */
function Cross() {
  return (
    <svg className="failure-cross" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path d="M10 9c12 11 28 29 45 47M54 8C41 20 22 40 8 57" />
    </svg>
  );
}
