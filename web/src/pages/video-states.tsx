import type { Trouble } from '../core/problems.ts';
import { Link } from '../ui/link.tsx';
import { Notice } from '../ui/notice.tsx';

/** The page's own shape, so that nothing moves when the video comes. */
export function VideoSkeleton() {
  return (
    <div className="video-layout" aria-hidden="true">
      <div className="video-main">
        <div className="stage skeleton" />
        <div className="skeleton video-skeleton-title" />
      </div>
      <div className="video-aside">
        <div className="card aside-card video-skeleton-card skeleton" />
      </div>
    </div>
  );
}

export function VideoTrouble({ trouble, onRetry }: { trouble: Trouble; onRetry: () => void }) {
  const unknown = trouble.status === 404;
  return (
    <div className="empty">
      <h1>{unknown ? 'There is no such video' : trouble.title}</h1>
      <p className="quiet">{unknown ? 'The link may be wrong, or cut short.' : trouble.detail}</p>
      <div className="notice-actions">
        {unknown ? null : (
          <button type="button" className="button button-primary" onClick={onRetry}>
            Try again
          </button>
        )}
        <Link href="/" className="button">
          To the library
        </Link>
      </div>
    </div>
  );
}

export function VideoGone() {
  return (
    <div className="empty">
      <h1>This video is deleted</h1>
      <p className="quiet">Its files are removed from storage; the history of what happened stays in the log.</p>
      <Link href="/" className="button">
        To the library
      </Link>
    </div>
  );
}

export function UnknownPage({ path }: { path: string }) {
  return (
    <main className="page" id="content">
      <div className="empty">
        <h1>Nothing on this reel</h1>
        <Notice tone="quiet" title="There is no such page">
          <code>{path}</code>
        </Notice>
        <Link href="/" className="button button-primary">
          To the library
        </Link>
      </div>
    </main>
  );
}
