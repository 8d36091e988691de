import { openUploadDialog } from '../state/upload-dialog.ts';
import { DropZone } from '../ui/drop-zone.tsx';
import { Link } from '../ui/link.tsx';

/** The first thing a newcomer sees. */
export function EmptyLibrary() {
  return (
    <div className="empty">
      <CircledFrame />
      <h2>Nothing in the can yet</h2>
      <p className="quiet">
        Upload a clip. It goes straight to storage, and you can follow every step until it plays, in all the sizes a
        viewer may need.
      </p>
      <DropZone onFiles={openUploadDialog} />
    </div>
  );
}

export function NothingFound({ q }: { q: string }) {
  return (
    <div className="empty">
      <h2>{q === '' ? 'Nothing here' : `Nothing matches “${q}”`}</h2>
      <p className="quiet">
        {q === ''
          ? 'No video has this status now.'
          : 'Every word must be the beginning of a word in the title, the description or a tag.'}
      </p>
      <p>
        <Link href="/" className="button">
          Show the whole library
        </Link>
      </p>
    </div>
  );
}

/** A strip of unexposed film with its first take circled already. */
function CircledFrame() {
  const holes = Array.from({ length: 15 }, (_, index) => 6 + index * 20);
  return (
    <svg className="empty-strip" viewBox="0 0 306 112" aria-hidden="true" focusable="false">
      <rect className="strip-film" y="10" width="306" height="92" rx="4" />
      {holes.map((x) => (
        <g key={x} className="strip-hole">
          <rect x={x} y="15" width="10" height="8" rx="2" />
          <rect x={x} y="89" width="10" height="8" rx="2" />
        </g>
      ))}
      {[4, 105, 206].map((x) => (
        <rect key={x} className="strip-frame" x={x} y="29" width="96" height="54" rx="3" />
      ))}
      <path className="strip-ring" d="M196 24C170 6 118 8 102 34c-14 24 6 62 50 66 42 4 66-22 60-48-5-22-30-36-62-36" />
    </svg>
  );
}
