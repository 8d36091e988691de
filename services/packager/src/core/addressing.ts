import type { Segment } from '@rushes/shared/tracks';
import type { TrackFacts } from './facts.ts';
import { relativeUri } from './uri.ts';
import { element, type XmlElement } from './xml.ts';

/**
 * How a player finds the segments: by number where they stand in one folder and are numbered without a gap, which is the
 * usual case, and by a list where an attempt went on in a folder of its own.
 * @param key the manifest's, from which references are relative
 */
export function addressing(key: string, one: TrackFacts): XmlElement {
  const initialization = relativeUri(key, one.track.init.key);
  const { timescale } = one.track;
  const timeline = element('SegmentTimeline', {}, timelineOf(one.segments));
  const numbers = numbering(one);
  if (numbers !== null) {
    // A dollar sign would start an identifier, but relativeUri has escaped any that a key could hold.
    const media = `${relativeUri(key, numbers.folder)}$Number%05d$.m4s`;
    return element('SegmentTemplate', { timescale, initialization, media, startNumber: numbers.first }, [timeline]);
  }
  return element('SegmentList', { timescale }, [
    element('Initialization', { sourceURL: initialization }),
    timeline,
    ...one.segments.map((segment) => element('SegmentURL', { media: relativeUri(key, segment.key) })),
  ]);
}

/** Folder (with its slash) and first number, when all segments are `<folder>/%05d.m4s` and count up by one; else null. */
export function numbering({ segments }: TrackFacts): { folder: string; first: number } | null {
  const parts = segments.map(({ key }) => /^(.*\/)(\d{5,})\.m4s$/.exec(key));
  const [, folder, digits] = parts[0] ?? [];
  if (folder === undefined || digits === undefined) return null;
  const first = Number(digits);
  const regular = segments.every(({ key }, index) => key === `${folder}${String(first + index).padStart(5, '0')}.m4s`);
  return regular ? { folder, first } : null;
}

/** Runs of equally long segments become one `S` with a repeat count; `t` is written where a run does not follow on. */
function timelineOf(segments: readonly Segment[]): XmlElement[] {
  const runs: { start: number; duration: number; count: number; follows: boolean }[] = [];
  let end: number | null = null;
  for (const { start, duration } of segments) {
    const run = runs.at(-1);
    if (run !== undefined && start === end && duration === run.duration) run.count += 1;
    else runs.push({ start, duration, count: 1, follows: start === end });
    end = start + duration;
  }
  return runs.map(({ start, duration, count, follows }) =>
    element('S', { t: follows ? undefined : start, d: duration, r: count > 1 ? count - 1 : undefined }),
  );
}
