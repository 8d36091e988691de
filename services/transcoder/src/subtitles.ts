import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@rushes/shared/errors';
import type { Plan, Source, SubtitleTrack, TranscodedData, Warning } from '@rushes/shared/events';
import { runFfmpeg } from '@rushes/shared/media';
import { IMMUTABLE } from '@rushes/shared/storage';
import { segmentsFolder } from '@rushes/shared/tracks';
import { labelOf } from './core/language.ts';
import { leadOf } from './core/sound.ts';
import { cleanWebvtt } from './core/webvtt.ts';
import type { TranscoderDeps } from './ports.ts';

export interface SubtitleJob {
  /** Local copy of the source. */
  path: string;
  source: Source;
  plan: Pick<Plan, 'subtitles'>;
  /** Key of the generation's media folder. */
  mediaFolder: string;
  attempt: number;
  scratch: string;
  signal: AbortSignal;
}

/** What `transcoded` lists, and what could not be listed. */
export interface MadeSubtitles {
  subtitles: SubtitleTrack[];
  warnings: Warning[];
}

/** The text of one track; two hours of talk have 100 KB. Bytes, of ffmpeg's file in scratch and of ours in the store. */
export const MAX_TEXT_BYTES = 5_000_000;

/** Text lies all over a file, so all of it is read: seconds for that, and bytes a second that any disk gives. */
const TIMEOUT_SECONDS = 600;
const SLOWEST_READ = 5_000_000;

/**
 * Begins to make the subtitles, beside the encode. What an earlier tier has listed is kept as it is.
 * @returns `made` resolves when all of them are stored, and rejects when the store or the machine fails; `stop` ends the work
 * and resolves when nothing of it runs any more
 */
export function startSubtitles(
  job: SubtitleJob,
  listed: Pick<TranscodedData, 'subtitles'> | null,
  deps: TranscoderDeps,
): { made: Promise<MadeSubtitles>; stop(): Promise<void> } {
  const stopped = new AbortController();
  const signal = AbortSignal.any([job.signal, stopped.signal]);
  const made =
    listed === null
      ? extractSubtitles({ ...job, signal }, deps)
      : Promise.resolve({ subtitles: listed.subtitles, warnings: [] });
  const ended = made.then(
    () => undefined,
    () => undefined,
  );
  return {
    made,
    stop() {
      stopped.abort(new Error('nobody waits for the subtitles any more'));
      return ended;
    },
  };
}

/**
 * Makes a WebVTT file of each stream of text that the plan names, and stores it. What cannot be read, or has no text, is left
 * out and named in a warning: no video fails for its subtitles.
 * @throws the signal's reason; Failure of the store, `disk_full`, `tool_killed`
 */
async function extractSubtitles(job: SubtitleJob, deps: TranscoderDeps): Promise<MadeSubtitles> {
  const made: MadeSubtitles = { subtitles: [], warnings: [] };
  const texts = await readTexts(job, job.plan.subtitles, deps);
  for (const planned of job.plan.subtitles) {
    const { id, language, sourceStream, label = labelOf(language), forced } = planned;
    const raw = texts.get(id);
    const warn = (code: string, what: string) =>
      made.warnings.push({ code, message: `The subtitles of stream ${sourceStream} (${label}) ${what}.` });
    if (raw === undefined) {
      warn('subtitles_unreadable', 'cannot be read and are left out');
      continue;
    }
    const clean = cleanWebvtt(decode(raw), {
      leadSeconds: leadOf(job.source) + (isMov(job.source) ? (job.source.startSeconds ?? 0) : 0),
      lengthSeconds: job.source.durationSeconds,
      maxBytes: MAX_TEXT_BYTES,
    });
    if (clean.cues === 0) {
      warn('subtitles_empty', 'hold no text and are left out');
      continue;
    }
    if (clean.isCut || raw.length >= MAX_TEXT_BYTES) {
      warn('subtitles_cut', `are longer than ${MAX_TEXT_BYTES} bytes and end early`);
    }
    const key = await store(job, deps, id, clean.text);
    const size = Buffer.byteLength(clean.text);
    made.subtitles.push({ id, language, label, key, size, ...(forced === true ? { forced } : {}) });
  }
  return made;
}

/** All of them in one run; where that fails, each alone, so that one broken stream takes no other with it. */
async function readTexts(
  job: SubtitleJob,
  planned: Plan['subtitles'],
  deps: TranscoderDeps,
): Promise<Map<string, Uint8Array>> {
  const texts = new Map<string, Uint8Array>();
  if (planned.length === 0) return texts;
  try {
    await run(job, planned, deps);
    for (const { id } of planned) texts.set(id, await readStart(fileOf(job, id), MAX_TEXT_BYTES));
    return texts;
  } catch (error) {
    if (job.signal.aborted || !isOfTheText(error)) throw error;
    if (planned.length === 1) return texts;
    for (const one of planned) for (const [id, text] of await readTexts(job, [one], deps)) texts.set(id, text);
    return texts;
  }
}

/** Whether the file is to blame, and not the machine: then another attempt would read no more of it. */
function isOfTheText(error: unknown): boolean {
  return error instanceof Failure && error.code !== 'disk_full' && error.code !== 'tool_killed';
}

function run(job: SubtitleJob, planned: Plan['subtitles'], deps: TranscoderDeps): Promise<void> {
  const timeoutSeconds = TIMEOUT_SECONDS + job.source.size / SLOWEST_READ;
  return runFfmpeg({
    ffmpegPath: deps.tools.ffmpegPath,
    // Text that is no UTF-8 would be left out by ffmpeg; `decode` knows what to do with it.
    inputs: [{ path: job.path, options: ['-sub_charenc_mode', 'ignore', ...(isMov(job.source) ? OWN_TIMES : [])] }],
    outputs: planned.map(({ id, sourceStream }) => ({
      url: fileOf(job, id),
      options: ['-map', `0:${sourceStream}`, '-c:s', 'webvtt', '-fs', `${MAX_TEXT_BYTES}`, '-f', 'webvtt'],
    })),
    signal: job.signal,
    timeoutSeconds,
    // An hour without a word is no stall.
    stallSeconds: timeoutSeconds,
  });
}

/**
 * Where an edit list of MP4 cuts within a text, ffmpeg moves the whole track so that the next one begins there. Without its
 * care the times are right, but count from where the file's own begin.
 */
const OWN_TIMES = ['-advanced_editlist', '0', '-copyts'];

function isMov({ container }: Source): boolean {
  return container.startsWith('mov');
}

function fileOf(job: SubtitleJob, id: string): string {
  return join(job.scratch, `${id}.vtt`);
}

async function readStart(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, bytes)), { position: 0 });
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** UTF-8, as the formats want it; what is none was most often written on an old Windows. */
function decode(bytes: Uint8Array): string {
  try {
    // As a stream: where a file was cut, it may end within a letter.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

async function store(job: SubtitleJob, deps: TranscoderDeps, id: string, text: string): Promise<string> {
  const key = `${segmentsFolder(job.mediaFolder, id, job.attempt)}/subtitles.vtt`;
  await deps.storage.put(deps.mediaBucket, key, text, {
    contentType: 'text/vtt; charset=utf-8',
    cacheControl: IMMUTABLE,
    signal: job.signal,
  });
  return key;
}
