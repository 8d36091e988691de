import type { TranscodedData, Warning } from '@rushes/shared/events';

/** Warnings that an event lists. */
const MAX_WARNINGS = 50;

/**
 * What `transcoded` of a tier warns of: all that the tier before it did, unless it was found anew, and what is new. The field is
 * absent for nothing.
 */
export function cumulatedWarnings(
  before: Pick<TranscodedData, 'warnings'> | null,
  found: readonly Warning[],
): Pick<TranscodedData, 'warnings'> {
  const kept = (before?.warnings ?? []).filter(({ code }) => found.every((one) => one.code !== code));
  const all = [...kept, ...found].slice(0, MAX_WARNINGS);
  return all.length === 0 ? {} : { warnings: all };
}
