import type { ClaimTrack } from '@rushes/shared/claims';
import { Failure } from '@rushes/shared/errors';
import { segmentsFolder } from '@rushes/shared/tracks';
import { PAGE_SEGMENTS } from '../core/facts.ts';
import { specsOf } from '../core/grid.ts';
import { equal } from '../core/init.ts';
import type { WrittenTrack } from '../core/results.ts';
import { CannotGoOn, type Continuation, type KeptTrack } from '../core/resume.ts';
import type { EncodeJob } from '../encode.ts';
import type { TranscoderDeps } from '../ports.ts';
import { createTrackWriter } from '../track-writer.ts';

/**
 * Puts a piece behind what there is of a video: the facts of each rendition, in this attempt's folder, name the piece's segments
 * where they stand. All tracks are recorded at once.
 * @throws CannotGoOn when an init differs; nothing was changed then
 */
export async function adopt(
  done: Continuation,
  piece: Continuation,
  job: EncodeJob,
  deps: TranscoderDeps,
): Promise<Continuation> {
  const specs = specsOf(job.plan).filter(({ kind }) => kind === 'video');
  const encodeSeconds = done.encodeSeconds + piece.encodeSeconds;
  const pairs = specs.map((spec) => ({ spec, kept: need(done, spec.id), more: need(piece, spec.id) }));
  const other = pairs.find(({ kept, more }) => !equal(kept.init, more.init));
  if (other !== undefined) throw new CannotGoOn(`${other.spec.id}: the init of a piece differs`, 0);
  const adopted: { track: ClaimTrack; written: WrittenTrack }[] = [];
  for (const { spec, kept, more } of pairs) {
    const writer = createTrackWriter(spec, {
      storage: deps.storage,
      bucket: deps.mediaBucket,
      folder: segmentsFolder(job.mediaFolder, spec.id, job.attempt),
      signal: job.signal,
      kept,
      encodeSeconds: () => encodeSeconds,
      onStored: () => Promise.resolve(),
      onSegment: () => Promise.resolve(),
    });
    const track = await writer.adopt(more.segments, piece.complete);
    adopted.push({ track, written: await writer.finish(false) });
  }
  await job.record(adopted.map(({ track }) => track));
  const tracks = new Map(done.tracks);
  for (const { written } of adopted) tracks.set(written.spec.id, keptOf(written, need(done, written.spec.id).init));
  return { segments: piece.segments, complete: piece.complete, encodeSeconds, tracks };
}

/** What was written, as something to go on behind. */
export async function continuationOf(
  tracks: readonly WrittenTrack[],
  encodeSeconds: number,
  { storage, mediaBucket }: Pick<TranscoderDeps, 'storage' | 'mediaBucket'>,
): Promise<Continuation> {
  const kept = await Promise.all(
    tracks.map(async (written): Promise<[string, KeptTrack]> => {
      const init = await storage.read(mediaBucket, written.head.init.key);
      if (init === null) throw new Failure('internal', { detail: `${written.head.init.key} is missing` });
      return [written.spec.id, keptOf(written, init.body)];
    }),
  );
  const segments = Math.min(...kept.map(([, track]) => track.segments.length));
  return { segments, complete: false, encodeSeconds, tracks: new Map(kept) };
}

function keptOf({ head, pages, segments }: WrittenTrack, init: Uint8Array): KeptTrack {
  return { head, init, pages, segments };
}

/** The first so many segments of what there is. */
export function upTo(segments: number, there: Continuation): Continuation {
  const cut = ([id, track]: [string, KeptTrack]): [string, KeptTrack] => [
    id,
    {
      ...track,
      pages: track.pages.slice(0, Math.floor(segments / PAGE_SEGMENTS)),
      segments: track.segments.slice(0, segments),
    },
  ];
  return { ...there, segments, complete: false, tracks: new Map([...there.tracks].map(cut)) };
}

/** The tracks of one kind. */
export function only(ids: readonly string[], there: Continuation): Continuation {
  return { ...there, tracks: new Map([...there.tracks].filter(([id]) => ids.includes(id))) };
}

function need({ tracks }: Continuation, id: string): KeptTrack {
  const track = tracks.get(id);
  if (track === undefined) throw new Error(`there is no track ${id} to go on behind`);
  return track;
}
