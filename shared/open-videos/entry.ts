import { z } from 'zod';
import { timeSchema } from '../events/fields.ts';
import { parseJson } from '../json.ts';
import { isOpen, type VideoState } from '../video/index.ts';

const uploadEntrySchema = z.object({ kind: z.literal('upload'), closesAt: timeSchema });
const generationEntrySchema = z.object({
  kind: z.literal('generation'),
  generation: z.int().positive(),
  /** How often its open jobs were asked for again without progress, and when last (milliseconds since 1970). */
  retries: z.int().nonnegative(),
  retriedAt: z.number().nullable(),
  /** The video's last sequence when they were counted: another one is progress, and counting begins anew. */
  sequence: z.int().nonnegative(),
});
const openEntrySchema = z.discriminatedUnion('kind', [uploadEntrySchema, generationEntrySchema]);

/**
 * What is still expected of a video, as `OPEN_VIDEOS` keeps it under the video's id: its upload, or the outcome of its
 * generation. A hint of where to look: the log decides at each use.
 */
export type OpenEntry = z.infer<typeof openEntrySchema>;
export type GenerationEntry = z.infer<typeof generationEntrySchema>;

/** Null for what cannot be read. */
export function parseOpenEntry(body: string): OpenEntry | null {
  return openEntrySchema.safeParse(parseJson(body)).data ?? null;
}

/**
 * The entry that a video must have, by its folded history; null: none, nothing is expected of it. What is counted for the
 * same generation is kept. Pure.
 */
export function entryFor(state: VideoState, before: OpenEntry | null): OpenEntry | null {
  if (state.status === 'none') return null;
  if (isOpen(state)) {
    const generation = state.current.number;
    if (before?.kind === 'generation' && before.generation === generation) return before;
    return { kind: 'generation', generation, retries: 0, retriedAt: null, sequence: 0 };
  }
  return state.status === 'uploading' ? { kind: 'upload', closesAt: state.upload.closesAt } : null;
}

export function isSameEntry(one: OpenEntry | null, other: OpenEntry | null): boolean {
  return JSON.stringify(one && openEntrySchema.parse(one)) === JSON.stringify(other && openEntrySchema.parse(other));
}
