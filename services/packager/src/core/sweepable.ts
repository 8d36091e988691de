import type { ParsedEvent, VideoEvent } from '@rushes/shared/events';
import { parseJson } from '@rushes/shared/json';
import { mediaFolder } from '@rushes/shared/tracks';
import { type Generation, tierRank, type Video } from '@rushes/shared/video';
import { type Life, livesOf } from './lives.ts';

/** One entry of a video's history: the text as stored, and what it was read as. */
export interface StoredEvent {
  body: string;
  parsed: ParsedEvent;
}

/** Milliseconds. */
export interface SweepTimes {
  /** How long media stay after a newer generation has taken their place before viewers. */
  graceMs: number;
  /** Work on what was closed has noticed and stopped after this time. */
  workStopsMs: number;
  /** After this time nobody can be writing any more, not even a worker that was frozen and woke up. */
  stragglersMs: number;
}

/** Places in which only what is named stays. */
export interface Thinning {
  /** Key prefixes, each with a slash at its end. */
  areas: string[];
  /** Keys that the history names. */
  named: string[];
  /** Keys of `track.json` documents: what they name stays, too. */
  facts: string[];
}

export interface Sweep {
  /** Folders, each with a slash at its end, of which nothing is needed any more. */
  folders: string[];
  thinning: Thinning | null;
  /** Milliseconds since 1970 when more may go, or stragglers have to be looked for; null: everything is done. */
  lookAgainAt: number | null;
  /** Events that this version cannot read. Nothing is swept on half a history, unless the video is deleted. */
  unreadable: number;
}

/** What may go, at each of some times; the first of them is the earliest. */
interface Task {
  passes: number[];
  folders?: string[];
  thinning?: Thinning;
}

/**
 * Decides what of a video's media may go at a time, and when to look again. Each thing is removed more than once: when it
 * may go, when running work has stopped, and when stragglers have. Pure.
 *
 *   deleted                        both folders of the video
 *   plays, closed                  what nobody names in segments/ and thumbnails/
 *   played, replaced               its folder, `graceMs` after that
 *   never played, closed           its folder; but the pictures that are shown of a failed video stay
 *   open                           nothing: its stages may be writing
 */
export function sweepable(history: readonly StoredEvent[], now: number, times: SweepTimes): Sweep {
  const events = history.flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : []));
  const unreadable = history.filter(({ parsed }) => parsed.kind === 'invalid').length;
  const { state, generations, deletedAt } = livesOf(events);
  if (state.status === 'none') return { folders: [], thinning: null, lookAgainAt: null, unreadable };
  if (deletedAt !== null) {
    const folders = [`videos/${state.id}/`, `signed/${state.id}/`];
    return due([{ passes: passesFrom(deletedAt, deletedAt, times), folders }], now, unreadable);
  }
  if (unreadable > 0) return { folders: [], thinning: null, lookAgainAt: now + times.stragglersMs, unreadable };
  const posterUntil = posterAwaitedUntil(events, times);
  const subject = { video: state, history, times, posterUntil: posterUntil > now ? posterUntil : null };
  return due(
    generations.flatMap((life) => tasksOf(life, subject)),
    now,
    unreadable,
  );
}

interface Subject {
  video: Video;
  history: readonly StoredEvent[];
  times: SweepTimes;
  /** Until when a poster that somebody chose may still be written under thumbnails/ without being named yet. */
  posterUntil: number | null;
}

function tasksOf(life: Life, subject: Subject): Task[] {
  const { video, times } = subject;
  const { number, closedAt, replacedAt } = life;
  if (closedAt === null) return [];
  const folder = `${mediaFolder(video.visibility, video.id, number)}/`;
  const passes = passesFrom(closedAt, closedAt, times);
  if (video.playing?.number === number) {
    // Growing playlists list segments as they come, which no event names: of a beginning that plays all segments stay.
    const whole = tierRank(video.playing.packaged?.tier) >= tierRank('standard');
    return thinned(whole ? [`${folder}segments/`] : [], video.playing, folder, passes, subject);
  }
  if (replacedAt !== null)
    return [{ passes: passesFrom(replacedAt + times.graceMs, closedAt, times), folders: [folder] }];
  if (number !== video.current.number) return [{ passes, folders: [folder] }];
  // Cancelled: there never was anything to work on.
  if (video.current.stored === null) return [];
  if (video.playing !== null || video.current.thumbnailed === null) return [{ passes, folders: [folder] }];
  const useless = ['segments', 'hls', 'dash'].map((area) => `${folder}${area}/`);
  return [{ passes, folders: useless }, ...thinned([], null, folder, passes, subject)];
}

/** What nobody names goes from the areas and from thumbnails/; the latter waits while a chosen poster is being made. */
function thinned(
  areas: string[],
  generation: Generation | null,
  folder: string,
  passes: number[],
  { history, posterUntil }: Subject,
): Task[] {
  const pictures = posterUntil === null ? [`${folder}thumbnails/`] : [];
  const thinning = {
    areas: [...areas, ...pictures],
    named: history.flatMap(({ body }) => keysIn(parseJson(body), folder)),
    facts: generation === null ? [] : factsOf(generation, folder),
  };
  return [{ passes: posterUntil === null ? passes : [...passes, posterUntil], thinning }];
}

/** Lists are cumulative, so the highest tier of each verb names the facts of all that is wanted. */
function factsOf({ transcoded, thumbnailed, packaged }: Generation, folder: string): string[] {
  const keys = keysIn([transcoded, thumbnailed, packaged], folder).filter((key) => key.endsWith('/track.json'));
  return [...new Set(keys)];
}

/** All strings in a document that are keys under a prefix, whatever field they stand in: a newer version's too. */
export function keysIn(document: unknown, prefix: string): string[] {
  if (typeof document === 'string') return document.startsWith(prefix) ? [document] : [];
  if (typeof document !== 'object' || document === null) return [];
  return Object.values(document).flatMap((value) => keysIn(value, prefix));
}

/**
 * A poster may be chosen at any time, also of a closed generation, and its files stand before the event that names them.
 * One that has not come in the time in which stragglers do will not come.
 */
function posterAwaitedUntil(events: readonly VideoEvent[], { stragglersMs }: SweepTimes): number {
  const made = new Set(events.filter(({ type }) => type === 'video.thumbnailed').map(({ id }) => id.split(':').at(3)));
  const awaited = events.filter(
    (event) =>
      event.type === 'video.updated' &&
      event.data.posterTime !== undefined &&
      !made.has(`poster-${event.id.split(':').at(3)}`),
  );
  return Math.max(Number.NEGATIVE_INFINITY, ...awaited.map(({ time }) => Date.parse(time) + stragglersMs));
}

function passesFrom(first: number, closedAt: number, { workStopsMs, stragglersMs }: SweepTimes): number[] {
  return [first, Math.max(first, closedAt + workStopsMs), Math.max(first, closedAt + stragglersMs)];
}

function due(tasks: readonly Task[], now: number, unreadable: number): Sweep {
  const ready = tasks.filter(({ passes }) => Math.min(...passes) <= now);
  const ahead = tasks.flatMap(({ passes }) => passes).filter((pass) => pass > now);
  return {
    folders: ready.flatMap(({ folders = [] }) => folders),
    // At most one: of all generations clients are shown a single one.
    thinning: ready.find(({ thinning }) => thinning !== undefined)?.thinning ?? null,
    lookAgainAt: ahead.length === 0 ? null : Math.min(...ahead),
    unreadable,
  };
}
