import type { ClaimTrack } from '@rushes/shared/claims';
import { Failure } from '@rushes/shared/errors';
import type { InspectedData, Plan } from '@rushes/shared/events';
import { type StageContext, StageStopped } from '@rushes/shared/stage';
import { readTrackFacts } from '@rushes/shared/storage';
import type { Announcer } from './announcer.ts';
import type { TrackSpec } from './core/facts.ts';
import { firstResult, firstTracks, isFirstDue } from './core/first.ts';
import { specsOf } from './core/grid.ts';
import type { WrittenTrack } from './core/results.ts';
import { partOf } from './core/tiers.ts';
import { cumulatedWarnings } from './core/warnings.ts';
import type { TranscoderDeps } from './ports.ts';
import type { MadeSubtitles } from './subtitles.ts';

/**
 * Makes a video play while it is being encoded: as soon as two segments of every track are written down, `transcoded` of tier
 * `first` is appended; from then on every further segment is announced.
 * @param text subtitles, which `first` lists too
 * @param record writes down how far the tracks are
 * @returns the same, with that behind it; a `first` that cannot be appended is thrown, and so ends the encode
 */
export function growing(
  context: StageContext,
  deps: TranscoderDeps,
  inspected: Pick<InspectedData, 'source' | 'plan'>,
  announcer: Announcer,
  text: Promise<MadeSubtitles>,
  record: StageContext['record'],
): StageContext['record'] {
  const { plan } = inspected;
  if (context.job !== 'standard' || firstTracks(plan).length === 0) return record;
  const { generation, attempt } = context;
  // One for all: the next news may come while it is being appended.
  let appended = context.video.current.transcoded === null ? undefined : Promise.resolve();
  return async (tracks) => {
    await record(tracks);
    if (appended === undefined && isFirstDue(plan, tracks))
      appended = appendFirst(context, deps, inspected, text, tracks);
    if (appended === undefined) return;
    await appended;
    const stored = tracks.map(({ rendition, track, segments }) => ({ rendition, track, segments }));
    announcer.put({ generation, attempt, tracks: stored });
  };
}

async function appendFirst(
  context: StageContext,
  deps: TranscoderDeps,
  inspected: Pick<InspectedData, 'source' | 'plan'>,
  text: Promise<MadeSubtitles>,
  tracks: readonly ClaimTrack[],
): Promise<void> {
  const { written, encodeSeconds } = await readWritten(inspected.plan, tracks, deps);
  const { subtitles, warnings } = await text;
  try {
    await context.append('transcoded', {
      ...firstResult(inspected, context.video.visibility, written, encodeSeconds),
      subtitles,
      ...cumulatedWarnings(null, warnings),
    });
    context.log.info('the beginning of the video is there');
  } catch (error) {
    // Whoever held the claim before was faster; who has it now is found out by the next write to it.
    if (!(error instanceof StageStopped) || error.objection !== 'already_there') throw error;
  }
}

/** The facts as they are in storage, where everybody who hears of `first` will read them too. */
async function readWritten(
  plan: Plan,
  tracks: readonly ClaimTrack[],
  deps: Pick<TranscoderDeps, 'storage' | 'mediaBucket'>,
): Promise<{ written: WrittenTrack[]; encodeSeconds: number }> {
  const read = await Promise.all(specsOf(partOf(plan, 'first')).map((spec) => readOne(spec, tracks, deps)));
  return {
    written: read.map(({ written }) => written),
    encodeSeconds: Math.max(...read.map(({ encodeSeconds }) => encodeSeconds)),
  };
}

async function readOne(
  spec: TrackSpec,
  tracks: readonly ClaimTrack[],
  { storage, mediaBucket }: Pick<TranscoderDeps, 'storage' | 'mediaBucket'>,
): Promise<{ written: WrittenTrack; encodeSeconds: number }> {
  const key = tracks.find(({ rendition }) => rendition === spec.id)?.track ?? '';
  try {
    const { track, segments } = await readTrackFacts(storage, mediaBucket, key);
    const { codecs, timescale, init, pages, encodeSeconds = 0 } = track;
    const folder = key.slice(0, key.lastIndexOf('/'));
    return { written: { spec, head: { codecs, timescale, init }, folder, pages, segments }, encodeSeconds };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'package_invalid') throw error;
    throw new Failure('internal', { detail: `facts that were just written: ${error.detail}`, cause: error });
  }
}
