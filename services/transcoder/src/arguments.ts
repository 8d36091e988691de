import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EncodeArguments, encodeArguments } from './core/arguments.ts';
import type { FrameRange } from './core/filters.ts';
import { forcedKeyframes } from './core/source-grid.ts';
import type { EncodeJob } from './encode.ts';

/**
 * ffmpeg's arguments for a job. On a source's own grid encoders are told each keyframe by a file in scratch, and pictures end
 * where the grid does.
 * @param range pictures to encode
 */
export async function argumentsFor(
  { source, plan, grid, scratch }: Pick<EncodeJob, 'source' | 'plan' | 'grid' | 'scratch'>,
  range: FrameRange,
): Promise<EncodeArguments> {
  if (grid.source === undefined) return encodeArguments(source, plan, range);
  const { keyframes, frames, delay } = grid.source;
  const file = join(scratch, 'keyframes');
  await writeFile(file, forcedKeyframes(keyframes, range.start, grid.rate));
  return encodeArguments(source, plan, { start: range.start, end: frames }, { file, delay });
}
