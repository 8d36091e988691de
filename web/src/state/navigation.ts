import { useMemo } from 'react';
import { type Page, pageOf } from '../core/routes.ts';
import { createStore, useStore } from './store.ts';

const address = createStore(current());

function current(): string {
  return `${location.pathname}${location.search}`;
}

window.addEventListener('popstate', () => address.set(current));

/** Goes to a page of the Studio. `replace` for what is no step of its own, such as typing into the search. */
export function navigate(path: string, { replace = false } = {}): void {
  if (path === current()) return;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  address.set(current);
  if (!replace) window.scrollTo(0, 0);
}

export function usePage(): Page {
  const path = useStore(address);
  return useMemo(() => {
    const { pathname, search } = new URL(path, location.origin);
    return pageOf(pathname, search);
  }, [path]);
}
