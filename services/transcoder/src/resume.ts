import { Failure } from '@rushes/shared/errors';
import type { Plan } from '@rushes/shared/events';
import type { StageContext } from '@rushes/shared/stage';
import { readTrackFacts } from '@rushes/shared/storage';
import type { TrackSpec } from './core/facts.ts';
import { type Grid, specsOf } from './core/grid.ts';
import { type CannotGoOn, type Continuation, decideContinuation, type EarlierTrack } from './core/resume.ts';
import type { TranscoderDeps } from './ports.ts';

/**
 * Finds what earlier attempts have stored, by the tracks of the claim; null when nothing of it can be used, which is logged.
 * @param mediaFolder key of the generation's folder
 * @param base segments of the video before the first of these tracks, which are of a piece then
 * @throws Failure `storage_unavailable`
 */
export async function findContinuation(
  context: Pick<StageContext, 'tracks' | 'log'>,
  plan: Plan,
  grid: Grid,
  mediaFolder: string,
  deps: Pick<TranscoderDeps, 'storage' | 'mediaBucket'>,
  base = 0,
): Promise<Continuation | null> {
  if (context.tracks.length === 0) return null;
  const specs = specsOf(plan);
  try {
    const earlier = new Map<string, EarlierTrack>();
    for (const [id, track] of await Promise.all(specs.map((spec) => readEarlier(spec, context, deps)))) {
      if (track !== null) earlier.set(id, track);
    }
    const decided = decideContinuation(specs, grid, `${mediaFolder}/segments/`, earlier, base);
    if (typeof decided === 'string') throw new Failure('package_invalid', { detail: decided });
    const { segments, complete } = decided;
    context.log.info({ segments, complete }, 'going on behind what an earlier attempt has stored');
    return decided;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'package_invalid') throw error;
    context.log.warn(
      { reason: error.detail },
      'what an earlier attempt has stored is of no use; starting from nothing',
    );
    return null;
  }
}

async function readEarlier(
  { id }: TrackSpec,
  context: Pick<StageContext, 'tracks'>,
  { storage, mediaBucket }: Pick<TranscoderDeps, 'storage' | 'mediaBucket'>,
): Promise<[string, EarlierTrack | null]> {
  const claimed = context.tracks.find(({ rendition }) => rendition === id);
  if (claimed === undefined || claimed.segments === 0) return [id, null];
  const facts = await readTrackFacts(storage, mediaBucket, claimed.track);
  const init = await storage.read(mediaBucket, facts.track.init.key);
  if (init === null) throw new Failure('package_invalid', { detail: `${facts.track.init.key} is missing` });
  return [id, { recorded: claimed.segments, ...facts, init: init.body }];
}

/**
 * Leaves word in the claim that the next attempt is to go on from further back, and ends this one: what it has written stays
 * in its own folder, named by nobody.
 * @throws Failure `internal`, always
 */
export async function stepBack(context: StageContext, error: CannotGoOn): Promise<never> {
  const { segments, message } = error;
  context.log.warn({ reason: message, segments }, 'cannot go on behind what an earlier attempt has stored');
  await context.record(segments === 0 ? [] : context.tracks.map((track) => ({ ...track, segments })));
  throw new Failure('internal', {
    detail: `${message}; the next attempt starts at segment ${segments + 1}`,
    cause: error,
  });
}
