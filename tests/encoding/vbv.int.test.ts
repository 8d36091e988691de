import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan, PlannedRendition, Source } from '@rushes/shared/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EncodeArguments, encodeArguments } from '../../services/transcoder/src/core/arguments.ts';
import { framesBefore, gridOf } from '../../services/transcoder/src/core/grid.ts';
import { picturesOf } from '../../services/transcoder/src/core/pieces.ts';
import { createStreamReader } from '../../services/transcoder/src/core/stream.ts';
import { bucketOf, clipIn, ffmpeg, picture, temporaryFolder, work, X264 } from '../media/harness.ts';

let folder: string;
let remove: () => Promise<void>;
let path: string;
let source: Source;
let plan: Plan;

/** Noise that comes and goes: now far above the cap of every rendition, now far below it. */
beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  const noise = ['-vf', "noise=alls=90:allf=t:enable='lt(mod(t,9),6)'", '-crf', '20'];
  path = await clipIn(folder, 'noisy.mp4', [...picture('320x180', '30'), ...X264, ...noise, '-t', '36']);
  const { inspected } = await work(bucketOf(path));
  if (inspected === undefined) throw new Error('not inspected');
  source = inspected.source;
  plan = picturesOf(inspected.plan);
});
afterAll(() => remove());

/** Bits of every picture of each rendition, in order of decoding, of one run over some segments. */
async function bitsOf(
  from: number,
  to: number,
  change = (options: string[]) => options,
): Promise<Map<string, number[]>> {
  const grid = gridOf(plan);
  const range = { start: framesBefore(grid, from), end: framesBefore(grid, to) };
  const { filter, outputs }: EncodeArguments = encodeArguments(source, plan, range);
  const fileOf = (track: string | null) => join(folder, `${track ?? 'skipped'}-${from}-${to}.out`);
  const args = outputs.flatMap(({ track, options }) => [...change(options), fileOf(track)]);
  await ffmpeg('-v', 'error', '-i', path, '-filter_complex', filter, ...args);
  const bits = new Map<string, number[]>();
  for (const { id } of plan.renditions) {
    const items = createStreamReader().push(await readFile(fileOf(id)));
    const samples = items.flatMap((item) => (item.kind === 'fragment' ? item.fragment.samples : []));
    bits.set(
      id,
      samples.map(({ data }) => data.length * 8),
    );
  }
  return bits;
}

/** Pictures that come too late: those at which a buffer that is filled at the cap's rate has not all of the picture yet. */
function late(bits: readonly number[], { maxrate, bufsize }: PlannedRendition, framesPerSecond: number): number {
  // x264 takes a decoder to begin when nine tenths are there.
  let filled = 0.9 * bufsize;
  let count = 0;
  for (const picture of bits) {
    filled -= picture;
    if (filled < 0) {
      count += 1;
      filled = 0;
    }
    filled = Math.min(bufsize, filled + maxrate / framesPerSecond);
  }
  return count;
}

/** As ffmpeg would without our word: the encoder of a piece believes that the buffer is full. */
const believingFull = (options: string[]) => options.map((word) => (word === 'vbv-init=0.45' ? 'vbv-init=0.9' : word));

describe('a decoder’s buffer behind a join', () => {
  it('has every picture in time, as in an unbroken encode', async () => {
    const joins = [0, 1, 2, 3, 4, 5, 6];
    const pieces: Map<string, number[]>[] = [];
    for (const from of joins.slice(0, -1)) pieces.push(await bitsOf(from, from + 1));
    const careless: Map<string, number[]>[] = [];
    for (const from of joins.slice(0, -1)) careless.push(await bitsOf(from, from + 1, believingFull));
    const whole = await bitsOf(0, 6);
    for (const rendition of plan.renditions) {
      const joined = (parts: Map<string, number[]>[]) => parts.flatMap((part) => part.get(rendition.id) ?? []);
      const unbroken = joined([whole]);
      expect(joined(pieces)).toHaveLength(unbroken.length);
      const sum = (bits: readonly number[]) => bits.reduce((all, one) => all + one, 0);
      const counts = [unbroken, joined(pieces), joined(careless)].map((bits) => late(bits, rendition, 30));
      console.log(
        `${rendition.id}: late pictures unbroken ${counts[0]}, in pieces ${counts[1]}, with full buffers ${counts[2]}; bytes ${(sum(joined(pieces)) / sum(unbroken)).toFixed(3)} of the unbroken`,
      );
      expect(counts[1]).toBeLessThanOrEqual(counts[0] ?? 0);
      expect(counts[2]).toBeGreaterThan(counts[1] ?? 0);
    }
  });
});
