import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import { Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { libraryPath } from '../core/routes.ts';
import { FILTERS, type FilterId, filterOf } from '../core/status.ts';
import { navigate } from '../state/navigation.ts';
import './filter-bar.css';

/** How long typing must pause before it is searched for, in milliseconds. */
const PAUSE_MS = 220;

export function FilterBar({ q, filter }: { q: string; filter: FilterId }) {
  return (
    <search className="filter-bar">
      <SearchField q={q} filter={filter} />
      <ToggleGroup
        className="filters"
        aria-label="Show"
        value={[filter]}
        onValueChange={([next]) => navigate(libraryPath(q, filterOf(next ?? 'all')))}
      >
        {FILTERS.map(({ id, label }) => (
          <Toggle key={id} value={id} className="filter">
            {label}
          </Toggle>
        ))}
      </ToggleGroup>
    </search>
  );
}

function SearchField({ q, filter }: { q: string; filter: FilterId }) {
  const [typed, setTyped] = useState(q);
  const sent = useRef(q);
  const field = useRef<HTMLInputElement>(null);

  // The address changed without typing: the back button, or a link.
  useEffect(() => {
    if (q !== sent.current) setTyped(q);
    sent.current = q;
  }, [q]);

  useEffect(() => {
    const words = typed.trim();
    if (words === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = words;
      navigate(libraryPath(words, filter), { replace: true });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, filter]);

  return (
    <div className="search">
      <Search className="search-icon" aria-hidden="true" />
      <input
        ref={field}
        className="input search-input"
        type="search"
        value={typed}
        maxLength={200}
        onChange={(event) => setTyped(event.target.value)}
        placeholder="Title, description or tag"
        aria-label="Search the library"
        autoComplete="off"
        spellCheck={false}
      />
      {typed === '' ? null : (
        <button
          type="button"
          className="button button-plain button-icon button-small search-clear"
          aria-label="Clear the search"
          onClick={() => {
            setTyped('');
            field.current?.focus();
          }}
        >
          <X aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
