import { useEffect, useState } from 'react';
import './connection-note.css';

/** A blink of the connection is no news. */
const PATIENCE_MS = 3_000;

/** Says that what is shown may be old; floats, so that nothing moves. */
export function ConnectionNote({ connected }: { connected: boolean }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (connected) return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [connected]);
  return (
    <div className="connection" role="status">
      {late ? <p className="connection-words popup">Live updates are interrupted. Reconnecting…</p> : null}
    </div>
  );
}
