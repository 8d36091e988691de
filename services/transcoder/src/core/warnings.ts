import type { TranscodedData, Warning } from '@rushes/shared/events';

/** Warnings that an event lists. */
const MAX_WARNINGS = 50;

/** What `transcoded` of a tier warns of: all that the tier before it did, and what is new. The field is absent for nothing. */
export function cumulatedWarnings(
  before: Pick<TranscodedData, 'warnings'> | null,
  found: readonly Warning[],
): Pick<TranscodedData, 'warnings'> {
  const all = new Map([...(before?.warnings ?? []), ...found].map((warning) => [JSON.stringify(warning), warning]));
  return all.size === 0 ? {} : { warnings: [...all.values()].slice(0, MAX_WARNINGS) };
}
