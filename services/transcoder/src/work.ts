import { join } from 'node:path';
import { wait } from '@rushes/shared/bus';
import type { Damage } from '@rushes/shared/media';
import type { StageContext } from '@rushes/shared/stage';
import { mediaFolder } from '@rushes/shared/tracks';
import { afterEncode } from './after-encode.ts';
import { type Announcer, createAnnouncer } from './announcer.ts';
import { growing } from './beginning.ts';
import { boundaryRecorder } from './boundary.ts';
import { damageWarnings, worstOf } from './core/damage.ts';
import { piecesOf } from './core/pieces.ts';
import { cumulated } from './core/results.ts';
import { CannotGoOn } from './core/resume.ts';
import { isFinal, type Job } from './core/tiers.ts';
import { cumulatedWarnings } from './core/warnings.ts';
import type { EncodeJob, EncodeResult } from './encode.ts';
import { encodeOrPassOn } from './passthrough.ts';
import { encodeInPieces } from './pieces/lead.ts';
import type { TranscoderDeps } from './ports.ts';
import { encodedPercent, prepare } from './prepare.ts';
import { stepBack } from './resume.ts';
import { startSubtitles } from './subtitles.ts';

/**
 * Makes a tier of a generation: download, inspect (unless an earlier attempt has), encode what earlier attempts have not, and
 * append `transcoded`. The source may be gone or replaced: Failures `source_missing`, `source_changed`.
 */
export async function transcode(context: StageContext, deps: TranscoderDeps): Promise<void> {
  const announcer = announcerOf(context, deps);
  try {
    await makeTier(context, deps, announcer);
  } finally {
    announcer.stop();
  }
}

async function makeTier(context: StageContext, deps: TranscoderDeps, announcer: Announcer): Promise<void> {
  const { current, visibility, id } = context.video;
  const job = context.job as Job;
  const path = join(context.scratch, 'source');
  const folder = mediaFolder(visibility, id, context.generation);
  const prepared = await prepare(context, deps, { job, path, folder });
  const { source, plan, part, grid, earlier, report } = prepared;
  const { attempt, scratch, signal } = context;
  const files = { path, source, plan: part, mediaFolder: folder, attempt, scratch, signal };
  const text = startSubtitles(files, current.transcoded, deps);
  let damage: Damage = { pictures: 0, sounds: 0, container: 0 };
  const record = boundaryRecorder(context, part, earlier?.segments ?? 0);
  const result = await encodeJob(
    {
      ...files,
      grid,
      earlier,
      onDamage: (found) => {
        damage = worstOf(damage, found);
      },
      onProgress: (seconds) => report(encodedPercent(seconds, source)),
      record: growing(context, deps, prepared, announcer, text.made, record),
      onPart: () => context.step('part'),
    },
    context,
    deps,
  ).catch(async (error: unknown) => {
    await text.stop();
    if (error instanceof CannotGoOn) return stepBack(context, error);
    throw error;
  });
  const { subtitles, warnings } = await text.made;
  const made = await afterEncode({ ...files, fetchSource: prepared.fetchSource, tracks: result.tracks }, context, deps);
  await context.step('output');
  await context.append('transcoded', {
    tier: job,
    final: isFinal(plan, job),
    durationSeconds: result.durationSeconds,
    visibility,
    encodeSeconds: result.encodeSeconds,
    ...cumulated(job === 'extended' ? current.transcoded : null, made),
    subtitles,
    ...cumulatedWarnings(current.transcoded, [
      ...warnings,
      ...(made.warnings ?? []),
      ...damageWarnings(source, damage, result.durationSeconds),
    ]),
  });
}

function announcerOf({ video, log }: StageContext, deps: TranscoderDeps): Announcer {
  return createAnnouncer({
    publish: (announcement) => deps.announce(video.id, announcement),
    wait,
    onTrouble: (error) =>
      log.warn({ err: error }, 'segments could not be announced; the next announcement names them too'),
  });
}

/** Together with other workers where the video is long enough, else alone. */
function encodeJob(job: EncodeJob, context: StageContext, deps: TranscoderDeps): Promise<EncodeResult> {
  const { pieces: sharing } = deps;
  const alone = sharing === undefined || job.earlier?.complete === true;
  const pieces = alone ? [] : piecesOf(job.source, job.plan, sharing.workers);
  if (alone || pieces.length === 0) return encodeOrPassOn(job, context, deps);
  return encodeInPieces(job, pieces, context, { ...deps, pieces: sharing });
}
