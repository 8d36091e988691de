import { useEffect, useRef } from 'react';
import type { FilterId } from '../core/status.ts';
import { useHidden } from '../state/deletions.ts';
import { type Library, useLibrary } from '../state/library.ts';
import { useNow } from '../ui/clock.ts';
import { ConnectionNote } from '../ui/connection-note.tsx';
import { FilterBar } from '../ui/filter-bar.tsx';
import { Notice } from '../ui/notice.tsx';
import { useTitle } from '../ui/title.ts';
import { VideoCard, VideoCardSkeleton } from '../ui/video-card.tsx';
import { EmptyLibrary, NothingFound } from './library-empty.tsx';
import './library-page.css';

export function LibraryPage({ q, filter }: { q: string; filter: FilterId }) {
  useTitle('Library');
  const library = useLibrary({ q, filter });
  const hidden = useHidden();
  const items = library.listing.items.filter(({ video }) => !hidden.has(video.id));
  const narrowed = q !== '' || filter !== 'all';
  const empty = library.loading === null && library.trouble === null && items.length === 0;
  return (
    <main className="page" id="content">
      <div className="library-head">
        <h1>Library</h1>
        <FilterBar q={q} filter={filter} />
      </div>
      <ConnectionNote connected={library.connected || library.trouble !== null} />
      {empty && narrowed ? <NothingFound q={q} /> : null}
      {empty && !narrowed ? <EmptyLibrary /> : null}
      {empty ? null : <Grid library={library} items={items} />}
      {library.trouble === null ? null : (
        <Notice
          tone="bad"
          urgent
          title={library.trouble.title}
          actions={
            <button type="button" className="button" onClick={library.retry}>
              Try again
            </button>
          }
        >
          {library.trouble.detail}
        </Notice>
      )}
      <p className="visually-hidden" role="status">
        {library.loading === null ? `${items.length} videos shown` : 'Loading'}
      </p>
    </main>
  );
}

const FIRST_SKELETONS = 8;
const MORE_SKELETONS = 4;

function Grid({ library, items }: { library: Library; items: Library['listing']['items'] }) {
  const now = useNow();
  const waiting = library.loading === 'first' ? FIRST_SKELETONS : library.loading === 'more' ? MORE_SKELETONS : 0;
  return (
    <>
      <ul className="grid" aria-busy={library.loading !== null}>
        {items.map(({ video }) => (
          <li key={video.id}>
            <VideoCard video={video} now={now} />
          </li>
        ))}
        {Array.from({ length: waiting }, (_, index) => `waiting-${index}`).map((key) => (
          <li key={key} aria-hidden="true">
            <VideoCardSkeleton />
          </li>
        ))}
      </ul>
      {library.listing.nextCursor !== null && library.loading === null ? <More onMore={library.loadMore} /> : null}
    </>
  );
}

/** Loads by itself when it comes near; a button for who does not scroll. */
function More({ onMore }: { onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (button.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) onMore();
      },
      { rootMargin: '600px' },
    );
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [onMore]);
  return (
    <p className="library-more">
      <button ref={button} type="button" className="button" onClick={onMore}>
        Show more
      </button>
    </p>
  );
}
