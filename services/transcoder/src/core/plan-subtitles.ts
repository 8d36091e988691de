import type { Plan, Source } from '@rushes/shared/events';
import { labelOf } from './language.ts';

/** Tracks of subtitles that are offered; a disc has a few dozen at most, a menu of more helps nobody. */
export const MAX_SUBTITLES = 16;

type Planned = Plan['subtitles'][number];
type Stream = Source['subtitles'][number];

/**
 * One track for each stream of text, whole ones before those that only translate what is foreign in the film. Ids hold nothing
 * a person typed.
 */
export function planSubtitles(streams: readonly Stream[]): Planned[] {
  const text = streams.filter((stream) => stream.text);
  const ordered = [...text.filter(({ forced }) => forced !== true), ...text.filter(({ forced }) => forced === true)];
  const counts = new Map<string, number>();
  return ordered.slice(0, MAX_SUBTITLES).map((stream) => {
    const base = `text-${stream.language ?? 'und'}`;
    const nth = (counts.get(base) ?? 0) + 1;
    counts.set(base, nth);
    return {
      id: nth === 1 ? base : `${base}-${nth}`,
      language: stream.language,
      label: label(stream, nth),
      sourceStream: streamIndex(stream),
      ...(stream.forced === true ? { forced: true } : {}),
      reason: `${stream.codec} made WebVTT`,
    };
  });
}

function label({ language, title, forced }: Stream, nth: number): string {
  const named = title?.trim() ?? '';
  if (named !== '' && (nth > 1 || language === null)) return named;
  return `${labelOf(language)}${forced === true ? ' (forced)' : ''}`;
}

/** ffmpeg's index of a stream, which `inspect` keeps beside the fields of the contract. */
function streamIndex(stream: Stream): number {
  if (typeof stream.index === 'number') return stream.index;
  throw new Error('a stream of subtitles of the inspection has no index');
}
