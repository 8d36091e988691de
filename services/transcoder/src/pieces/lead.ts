import type { StageContext } from '@rushes/shared/stage';
import { segmentsFolder } from '@rushes/shared/tracks';
import { boundaryRecorder } from '../boundary.ts';
import { specsOf } from '../core/grid.ts';
import { type Piece, picturesOf, pieceAt, segmentsIn, soundOf } from '../core/pieces.ts';
import type { WrittenTrack } from '../core/results.ts';
import { CannotGoOn, type Continuation } from '../core/resume.ts';
import type { Job } from '../core/tiers.ts';
import { type EncodeJob, type EncodeResult, encode, lengthOf, refuseBrokenOff } from '../encode.ts';
import type { VideoEnd } from '../lanes.ts';
import type { TranscoderDeps } from '../ports.ts';
import { createRecorder } from '../recorder.ts';
import { adopt, continuationOf, only, upTo } from './adopt.ts';
import { againOf, type PieceWish, pieceBody, pieceSubject } from './message.ts';
import type { PiecesDeps } from './ports.ts';
import { followPieces, type SharedProgress } from './progress.ts';
import { startSound } from './sound.ts';
import { keyOf, takePiece } from './take.ts';

type Pictures = Pick<EncodeResult, 'tracks' | 'encodeSeconds'>;
type LeadDeps = TranscoderDeps & { pieces: PiecesDeps };

/** One job that several workers share, as the one who holds it sees it. */
interface Lead {
  job: EncodeJob;
  pieces: readonly Piece[];
  context: StageContext;
  deps: LeadDeps;
  progress: SharedProgress;
}

/** How often pieces that others hold are looked at. Milliseconds. */
const LOOK_MS = 1_000;

/**
 * Encodes a job together with other workers: asks them for all pieces but the first, makes that one itself with its sound, then
 * those that nobody works on, and puts each behind what there is. What is written down of the job is always an unbroken
 * beginning, so whoever takes the job over goes on as behind any other attempt, and finds the pieces by their claims.
 * @throws CannotGoOn when what comes out does not continue what is there
 */
export async function encodeInPieces(
  whole: EncodeJob,
  pieces: readonly Piece[],
  context: StageContext,
  deps: LeadDeps,
): Promise<EncodeResult> {
  const recorder = createRecorder(whole.record);
  const about = { videoId: context.video.id, generation: context.generation };
  const progress = followPieces(
    keyOf(about),
    pieces.slice(1),
    whole.plan.segmentSeconds,
    deps.pieces,
    whole.onProgress,
  );
  const record: EncodeJob['record'] = (tracks) => recorder.put(...tracks);
  const job: EncodeJob = { ...whole, record, onProgress: (seconds) => progress.own(seconds) };
  const lead: Lead = { job, pieces, context, deps, progress };
  try {
    const there = fromPieceOn(job.earlier, pieces);
    await askOthers(lead, there?.segments ?? 0);
    const begun = await makeBeginning(lead, there);
    return 'isEnd' in begun ? begun : await makeRest(lead, begun);
  } finally {
    progress.stop();
  }
}

/** Behind the first piece only whole pieces are ever adopted; where ranges were others before, it starts at one of them. */
function fromPieceOn(earlier: Continuation | null, pieces: readonly Piece[]): Continuation | null {
  if (earlier === null) return null;
  const { index, from } = pieceAt(pieces, earlier.segments) ?? { index: 0, from: 0 };
  return index === 0 ? earlier : upTo(from, earlier);
}

function wishFor({ context }: Lead, piece: Piece): PieceWish {
  const { generation, attempt } = context;
  return { videoId: context.video.id, generation, job: context.job as Job, attempt, piece };
}

async function askOthers(lead: Lead, there: number): Promise<void> {
  const wanted = lead.pieces.filter(({ index, from }) => index > 0 && from >= there);
  for (const piece of wanted) {
    const wish = wishFor(lead, piece);
    await lead.deps.pieces.ask(pieceSubject(wish), pieceBody(wish));
  }
  lead.context.log.info({ pieces: lead.pieces, asked: wanted.length }, 'sharing the video with other workers');
}

/** The first piece with its sound; all of the video where that ends in it. */
async function makeBeginning(
  { job, pieces, deps }: Lead,
  there: Continuation | null,
): Promise<Continuation | EncodeResult> {
  const until = pieces[0]?.to ?? undefined;
  if (there !== null && there.segments >= (until ?? Number.POSITIVE_INFINITY)) return there;
  const made = await encode({ ...job, earlier: there, until }, deps);
  return made.isEnd ? made : continuationOf(made.tracks, made.encodeSeconds, deps);
}

/** The other pieces, and beside them the sound, which is made whole by one. */
async function makeRest(lead: Lead, begun: Continuation): Promise<EncodeResult> {
  const { deps } = lead;
  const failed = new AbortController();
  const job = { ...lead.job, signal: AbortSignal.any([lead.job.signal, failed.signal]) };
  const { pictures, sounds } = idsOf(job);
  const announced = segmentsIn(job.grid, job.source.durationSeconds);
  const sound =
    sounds.length === 0 ? null : startSound(job, only(sounds, begun), announced, deps, (error) => failed.abort(error));
  try {
    const videos = await makePictures({ ...lead, job }, only(pictures, begun));
    const tracks = [...videos.tracks, ...((await sound?.finish(endOf(videos.tracks))) ?? [])];
    const durationSeconds = lengthOf(videos.tracks);
    refuseBrokenOff(durationSeconds, job.source);
    return { tracks, durationSeconds, encodeSeconds: videos.encodeSeconds, isEnd: true };
  } catch (error) {
    if (!failed.signal.aborted) failed.abort(error);
    throw job.signal.aborted ? job.signal.reason : error;
  } finally {
    await sound?.settled();
  }
}

function idsOf({ plan }: EncodeJob): { pictures: string[]; sounds: string[] } {
  const ids = (part: EncodeJob['plan']) => specsOf(part).map(({ id }) => id);
  return { pictures: ids(picturesOf(plan)), sounds: ids(soundOf(plan)) };
}

function endOf(videos: readonly WrittenTrack[]): VideoEnd {
  const [video] = videos;
  const last = video?.segments.at(-1);
  if (video === undefined || last === undefined) throw new Error('a video without segments has no end');
  return { segments: video.segments.length, length: { num: last.start + last.duration, den: video.head.timescale } };
}

/** Puts piece after piece behind the beginning, each as soon as it and all before it are there. */
async function makePictures(lead: Lead, begun: Continuation): Promise<Pictures> {
  const { job, pieces, deps, progress } = lead;
  const open = new Set(pieces.filter(({ index, from }) => index > 0 && from >= begun.segments));
  const taken = new Map<Piece, Continuation | string>();
  let done = begun;
  while (!done.complete) {
    job.signal.throwIfAborted();
    const next = pieces.find(({ from }) => from === done.segments);
    const found = next === undefined ? undefined : taken.get(next);
    if (next === undefined || found === undefined) {
      if (!(await takeOne(lead, open, taken))) await deps.pieces.wait(LOOK_MS, job.signal);
      continue;
    }
    const joined = await join(lead, done, next, found);
    if (typeof joined === 'string') return makePlainly(lead, done, joined);
    done = joined;
    progress.adopted(next);
    progress.own(done.segments * job.plan.segmentSeconds);
  }
  const tracks = specsOf(picturesOf(job.plan)).map((spec): WrittenTrack => {
    const track = done.tracks.get(spec.id);
    if (track === undefined) throw new Error(`there is no track ${spec.id}`);
    const { head, pages, segments } = track;
    return { spec, head, pages, segments, folder: segmentsFolder(job.mediaFolder, spec.id, job.attempt) };
  });
  return { tracks, encodeSeconds: done.encodeSeconds };
}

/** Takes the first piece that nobody is at; false when all are being worked on. */
async function takeOne(lead: Lead, open: Set<Piece>, taken: Map<Piece, Continuation | string>): Promise<boolean> {
  for (const piece of open) {
    const result = await takePiece(lead.deps, {
      work: workOn(lead, piece),
      signal: lead.job.signal,
      // Also in the middle of a piece what is more urgent goes first.
      recorder: (record) => boundaryRecorder({ ...lead.context, record }, picturesOf(lead.job.plan), 0),
    });
    if (result.kind === 'held') continue;
    open.delete(piece);
    taken.set(piece, result.kind === 'made' ? result.made : result.reason);
    return true;
  }
  return false;
}

function workOn(lead: Lead, piece: Piece): Parameters<typeof takePiece>[1]['work'] {
  const { job, context } = lead;
  const { path, source, mediaFolder, scratch, onPart } = job;
  const fetchSource = () => Promise.resolve(path);
  return {
    ...{ source, mediaFolder, scratch, onPart, fetchSource },
    wish: wishFor(lead, piece),
    plan: picturesOf(job.plan),
    log: context.log.child({ piece: piece.index }),
  };
}

/** The beginning with a piece behind it, or why that is not to be had. */
async function join(
  { job, deps }: Lead,
  done: Continuation,
  { to }: Piece,
  found: Continuation | string,
): Promise<Continuation | string> {
  if (typeof found === 'string') return found;
  if (found.complete && to !== null) return 'the video ends before its last piece';
  try {
    return await adopt(done, found, job, deps);
  } catch (error) {
    if (error instanceof CannotGoOn) return error.message;
    throw error;
  }
}

/**
 * Encodes all that is missing of the pictures in one run, from the last segment of the beginning on: one more than is missing, so
 * that there are pictures even where the video ends with the beginning.
 */
async function makePlainly({ job, context, deps }: Lead, done: Continuation, reason: string): Promise<Pictures> {
  context.log.warn({ reason, segments: done.segments }, 'the rest of the video cannot be made in pieces');
  const earlier = upTo(done.segments - 1, done);
  // The last segment is made again, and what was stored never changes: in a folder of its own.
  const attempt = againOf(job);
  const { tracks, encodeSeconds } = await encode({ ...job, plan: picturesOf(job.plan), earlier, attempt }, deps);
  return { tracks, encodeSeconds };
}
