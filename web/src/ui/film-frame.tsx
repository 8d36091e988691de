import type { ReactNode } from 'react';
import './film-frame.css';

/** An unexposed frame of film: stands wherever a picture will be. */
export function FilmFrame({ edge, children }: { edge?: string; children?: ReactNode }) {
  return (
    <div className="film">
      <div className="film-holes" aria-hidden="true" />
      <div className="film-gate">{children}</div>
      <div className="film-holes" aria-hidden="true">
        {edge === undefined ? null : <span className="film-edge">{edge}</span>}
      </div>
    </div>
  );
}

/** What would be printed on the film's edge; the end of an id is what tells videos apart. */
export function edgePrint(id: string): string {
  return `RUSHES ${id.slice(-4).toUpperCase()} ▸ 1A`;
}
