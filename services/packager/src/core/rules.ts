import type { types } from 'hls-parser';
import { type AudioFacts, isGrowing, type PackageFacts, type TrackFacts, type VideoFacts } from './facts.ts';
import type { XmlElement } from './xml.ts';

/** A package as it was read back: parsed documents, and what storage holds. */
export interface ReadPackage {
  facts: PackageFacts;
  master: types.MasterPlaylist;
  /** Media, I-frame and subtitle playlists by key. */
  playlists: ReadonlyMap<string, types.MediaPlaylist>;
  /** Null where there is none, as of a package that grows. */
  manifest: XmlElement | null;
  /** Bytes by key of every object in storage. */
  sizes: ReadonlyMap<string, number>;
}

/** `broken` says in words what is wrong and where. */
export type Finding = { kind: 'passed' } | { kind: 'notApplicable' } | { kind: 'broken'; what: string };

/**
 * One rule of the output. Numbers are those of Apple's HLS authoring specification; `facts`, `storage` and `dash` are our
 * own. A broken MUST stops the publication, a broken SHOULD is a warning.
 */
export interface Rule<Read = ReadPackage> {
  id: string;
  level: 'must' | 'should';
  says: string;
  check(read: Read): Finding;
}

const passed: Finding = { kind: 'passed' };
export const notApplicable: Finding = { kind: 'notApplicable' };

/** Passed when nothing was found wrong; else the first few findings, which are enough to act on. */
export function findings(problems: readonly string[]): Finding {
  if (problems.length === 0) return passed;
  const more = problems.length > 3 ? ` (and ${problems.length - 3} more)` : '';
  return { kind: 'broken', what: `${problems.slice(0, 3).join('; ')}${more}` };
}

/** The same check for each of a list; not applicable to an empty one. A check answers null when all is well. */
export function each<T>(items: readonly T[], problemOf: (item: T) => string | null): Finding {
  if (items.length === 0) return notApplicable;
  return findings(items.map(problemOf).filter((problem) => problem !== null));
}

/** Rules of what is whole: they say nothing of a package that grows. */
export function onceWhole<Read extends { facts: PackageFacts }>(rules: readonly Rule<Read>[]): Rule<Read>[] {
  return rules.map((rule) => ({
    ...rule,
    check: (read) => (isGrowing(read.facts) ? notApplicable : rule.check(read)),
  }));
}

export function allTracks({ facts }: Pick<ReadPackage, 'facts'>): (VideoFacts | AudioFacts)[] {
  return [...facts.videos, ...facts.audios];
}

/** Longest difference of two lengths that a player does not notice: a frame of picture and one of AAC (1024 samples). */
export function frameSeconds(facts: TrackFacts): number {
  const { frameRate, sampleRate } = facts.track;
  if (frameRate !== undefined) {
    const [numerator = 1, denominator = 1] = frameRate.split('/').map(Number);
    return denominator / numerator;
  }
  return 1024 / (sampleRate ?? 48_000);
}
