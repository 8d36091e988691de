import type { Plan } from '@rushes/shared/events';
import { HandBack, type StageContext } from '@rushes/shared/stage';
import { specsOf } from './core/grid.ts';

/**
 * Writes down how far the tracks are. Wherever all of them have a segment more, a job that others should go before is handed
 * back: its next attempt goes on from there.
 */
export function boundaryRecorder(
  context: Pick<StageContext, 'record' | 'shouldYield'>,
  part: Plan,
  before: number,
): StageContext['record'] {
  const count = specsOf(part).length;
  let whole = before;
  return async (tracks) => {
    await context.record(tracks);
    const now = tracks.length < count ? 0 : Math.min(...tracks.map(({ segments }) => segments));
    if (now <= whole) return;
    whole = now;
    if (await context.shouldYield()) throw new HandBack('new videos go first');
  };
}
