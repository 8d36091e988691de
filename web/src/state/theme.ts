import { createStore, useStore } from './store.ts';

export type Theme = 'light' | 'dark';

const KEY = 'rushes-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

const theme = createStore<Theme>(chosen() ?? preferred());

/** What theme.js has put on the page before the first paint. */
function chosen(): Theme | undefined {
  const value = document.documentElement.dataset.theme;
  return value === 'light' || value === 'dark' ? value : undefined;
}

function preferred(): Theme {
  return system.matches ? 'dark' : 'light';
}

system.addEventListener('change', () => {
  if (chosen() === undefined) theme.set(preferred);
});

export function useTheme(): Theme {
  return useStore(theme);
}

/** Remembered; a choice that is what the system says anyway is forgotten again, so that the page follows it. */
export function toggleTheme(): void {
  const next: Theme = theme.get() === 'dark' ? 'light' : 'dark';
  const follows = next === preferred();
  if (follows) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  theme.set(() => next);
  try {
    if (follows) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch (error) {
    console.debug('the theme cannot be remembered; it holds until the page is left', error);
  }
}
