import { lazy, Suspense } from 'react';
import type { PlayerProps } from './player.tsx';

/** The player is larger than all the rest together, so it is fetched when there is something to play. */
const Loaded = lazy(() => import('./player.tsx').then(({ Player }) => ({ default: Player })));

export function LazyPlayer(props: PlayerProps) {
  const still = props.poster === null ? null : <img className="stage-still" src={props.poster} alt="" />;
  return (
    <Suspense fallback={still}>
      <Loaded {...props} />
    </Suspense>
  );
}
