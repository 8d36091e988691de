import { formatDate, formatInstant, formatSpan } from '../core/format.ts';
import type { Entry } from '../core/history.ts';
import './history-list.css';

/** Everything that happened to a video, as the log has it. */
export function HistoryList({ entries }: { entries: readonly Entry[] }) {
  const generations = new Set(entries.map(({ generation }) => generation)).size;
  return (
    <ol className="history">
      {entries.map((entry) => (
        <li key={entry.id} className="history-entry" data-verb={entry.verb}>
          <time className="history-time mono" dateTime={entry.time} title={formatDate(entry.time)}>
            {formatInstant(entry.time)}
          </time>
          <span className="history-words">
            <span className="history-title">{entry.title}</span>
            {entry.note === '' ? null : <span className="quiet"> {entry.note}</span>}
            {generations > 1 ? <span className="quiet"> · making {entry.generation}</span> : null}
          </span>
          <span className="history-took mono">
            {entry.took === null ? null : (
              <>
                <span className="visually-hidden">took </span>
                {formatSpan(entry.took)}
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
