import { z } from 'zod';

/** How far the reconciler has come on its rotating ways; kept in the index, so that a restart goes on from there. */
export const positionSchema = z.object({
  /** First sequence of the next page of the index. */
  index: z.int().nonnegative(),
  /** Last key of the recent uploads that was looked at; empty: begin anew. */
  recent: z.string(),
  /** The same of the whole bucket. */
  bucket: z.string(),
  /** First sequence of the log whose `reprocessed` may not be in the index yet. */
  reprocessed: z.int().nonnegative(),
});
export type Position = z.infer<typeof positionSchema>;

/** Uploads that were asked for longer ago are found by the way through the whole bucket. A day more than a link can work. */
const RECENT_MS = 8 * 24 * 60 * 60 * 1_000;

/**
 * A key before those of all uploads that were asked for within the last eight days: ids begin with their time, so the order
 * of keys is the order of time.
 */
export function recentBegin(now: number): string {
  const time = Math.max(0, now - RECENT_MS)
    .toString(16)
    .padStart(12, '0');
  return `uploads/${time.slice(0, 8)}-${time.slice(8)}`;
}

/** Where the next page of recent uploads begins: after the last one, unless that has fallen out of the window. */
export function recentAfter(last: string, now: number): string {
  const begin = recentBegin(now);
  return last > begin ? last : begin;
}
