import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, toFailure } from '@rushes/shared/errors';
import type { Mp4File, PlannedMp4, TranscodedData } from '@rushes/shared/events';
import { runFfmpeg } from '@rushes/shared/media';
import type { StageContext } from '@rushes/shared/stage';
import { gatherObjects, IMMUTABLE } from '@rushes/shared/storage';
import { segmentsFolder } from '@rushes/shared/tracks';
import { mp4Options, tracksOfMp4 } from './core/mp4.ts';
import { keysOf, sizeOf, type WrittenTrack } from './core/results.ts';
import type { TranscoderDeps } from './ports.ts';
import { withRoom } from './room.ts';

export interface Mp4Job {
  planned: PlannedMp4 | null | undefined;
  /** All that the encode has stored. */
  tracks: readonly WrittenTrack[];
  /** Key of the generation's media folder. */
  mediaFolder: string;
  /** Local copy of the source, which is not needed any more: its room is used. */
  source: { path: string; size: number };
  context: Pick<StageContext, 'attempt' | 'scratch' | 'signal' | 'log'>;
}

/** What `transcoded` says of it; nothing where none is planned. */
type Made = Pick<TranscodedData, 'mp4' | 'warnings'>;

/** ffmpeg reads and writes at disk speed; the second pass that puts the index in front prints no progress. */
const SHORTEST_TIMEOUT = 600;
const SLOWEST_BYTES_PER_SECOND = 5e6;

/**
 * Makes the planned file for sharing from stored segments: gathers each of its tracks into scratch, puts them together without
 * encoding, and stores the result. What goes wrong with it costs nobody the video: it is left out then, with a warning.
 * @throws Failure `storage_unavailable`, and the signal's reason when aborted
 */
export async function makeMp4(job: Mp4Job, deps: TranscoderDeps): Promise<Made> {
  const { planned, source, context } = job;
  if (planned == null) return {};
  await rm(source.path, { force: true });
  try {
    const tracks = tracksOfMp4(planned, job.tracks);
    const bytes = 2 * tracks.reduce((sum, track) => sum + sizeOf(track), 0);
    return { mp4: await withRoom(deps.scratch, bytes - source.size, () => store(job, tracks, deps)) };
  } catch (error) {
    context.signal.throwIfAborted();
    const failure = toFailure(error);
    if (failure.code === 'storage_unavailable') throw failure;
    context.log.warn({ err: failure, detail: failure.detail }, 'the file for sharing is left out');
    return { mp4: null, warnings: [{ code: 'mp4_left_out', message: leftOut(failure) }] };
  }
}

function leftOut({ code }: Failure): string {
  const why = code === 'disk_full' ? 'there was no room in the scratch space' : `of an error (${code})`;
  return `The MP4 file for sharing was left out because ${why}. Make the video anew to get it.`;
}

async function store(job: Mp4Job, tracks: readonly WrittenTrack[], deps: TranscoderDeps): Promise<Mp4File> {
  const { attempt, scratch, signal } = job.context;
  const inputs: { path: string }[] = [];
  for (const track of tracks) {
    const path = join(scratch, `share-${track.spec.kind}.mp4`);
    await gatherObjects(deps.storage, deps.mediaBucket, keysOf(track), path, signal);
    inputs.push({ path });
  }
  const path = join(scratch, 'share.mp4');
  const timeoutSeconds =
    SHORTEST_TIMEOUT + tracks.reduce((sum, one) => sum + sizeOf(one), 0) / SLOWEST_BYTES_PER_SECOND;
  await runFfmpeg({
    ffmpegPath: deps.tools.ffmpegPath,
    inputs,
    outputs: [{ url: path, options: mp4Options(tracks.length) }],
    signal,
    timeoutSeconds,
    stallSeconds: timeoutSeconds,
  });
  const { size } = await stat(path);
  const key = `${segmentsFolder(job.mediaFolder, 'mp4', attempt)}/video.mp4`;
  await deps.storage.putFile(deps.mediaBucket, key, path, {
    contentType: 'video/mp4',
    cacheControl: IMMUTABLE,
    signal,
  });
  for (const { path: file } of [...inputs, { path }]) await rm(file);
  return { key, size };
}
