import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decoded, temporaryFolder } from './harness.ts';
import type { Row } from './matrix/row.ts';
import { rows } from './matrix/rows.ts';
import { listen, look, lumaOf, outputOf } from './matrix/run.ts';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
});
afterAll(() => remove());

/** Largest distance in seconds between what is seen and what is heard, against the source. */
const SYNC = 0.02;
/** A tone-mapped picture is as bright as the one it was made from, but for its highlights, which must leave room. */
const LUMA = 4;

const chosen = rows.filter((row) => row.quick === true || process.env.RUSHES_MATRIX === 'all');

describe('a source', () => {
  it.each(chosen.map((row) => [row.title, row] as const))('of %s comes out as it should', async (_title, row) => {
    await check(row);
  });
});

async function check(row: Row): Promise<void> {
  const { inspected, transcoded, tracks, subtitles } = await outputOf(row, folder);
  const { source, plan } = inspected;
  expect(source.video).toMatchObject(row.video ?? {});
  expect(source.audio).toMatchObject(row.audio ?? source.audio);
  expect(inspected.warnings.map(({ code }) => code)).toEqual(row.warnings ?? []);
  expect((transcoded.warnings ?? []).map(({ code }) => code)).toEqual(row.afterwards ?? []);
  const rate = numberOf(row.rate);
  const seconds = row.frames / rate;
  expect(plan.frameRate).toBe(row.rate);
  expect(plan.renditions[0]?.mode).toBe(row.mode ?? 'encode');
  expect(transcoded.durationSeconds).toBeCloseTo(seconds, 4);

  for (const { track, segments } of tracks.filter(({ track }) => track.kind === 'video')) {
    const grid = segments.flatMap(({ keyframes }) => keyframes.map(({ time }) => (time / track.timescale) * rate));
    const expected = Array.from({ length: Math.ceil(row.frames / plan.gopFrames) }, (_, gop) => gop * plan.gopFrames);
    expect(grid.map((frame) => Number(frame.toFixed(3)))).toEqual(expected);
  }

  const [largest] = tracks;
  if (largest === undefined) throw new Error('there is no rendition');
  const { frames, stream } = await decoded(largest.path);
  expect(frames).toBe(row.frames);
  expect(`${stream.width}x${stream.height}`).toBe(row.output ?? row.size);
  expect(stream).toMatchObject({
    pix_fmt: 'yuv420p',
    sample_aspect_ratio: '1:1',
    color_range: 'tv',
    color_space: 'bt709',
    color_transfer: 'bt709',
    color_primaries: 'bt709',
  });
  const seen = await look(largest.path, row);
  if (row.psnr !== null) expect.soft(seen.psnr, `SSIM ${seen.ssim}`).toBeGreaterThan(row.psnr ?? 28);
  if (source.video.hdr !== null) expect(Math.abs((seen.lumas[0] ?? 0) - (await lumaOf(row)))).toBeLessThan(LUMA);
  // The first picture that can show a flash; a row's flashes are between pictures at most rates.
  const flashes = (row.flashes ?? [0.6, 1.6]).map((time) => Math.ceil(time * rate - 0.05) / rate);
  expectTimes(seen.flashes, flashes);

  const sounds = tracks.filter(({ id }) => id.startsWith('aac-') && !id.startsWith('aac-low'));
  const offered = transcoded.audio.filter(({ id }) => !id.startsWith('aac-low'));
  expect(offered.map(({ channels }) => channels)).toEqual(row.channels);
  if (row.labels !== undefined) expect(offered.map(({ label }) => label)).toEqual(row.labels);
  for (const { path } of sounds) expectTimes(await listen(path), row.beeps ?? row.flashes ?? [0.6, 1.6]);

  expect(subtitles.map(({ label }) => label)).toEqual((row.subtitles ?? []).map(({ label }) => label));
  for (const [index, { begins, text }] of (row.subtitles ?? []).entries()) {
    expectTimes(subtitles[index]?.begins ?? [], begins);
    if (text !== undefined) expect(subtitles[index]?.text).toBe(text);
  }
}

function expectTimes(found: readonly number[], expected: readonly number[]): void {
  expect.soft(found.length, `${found} for ${expected}`).toBe(expected.length);
  for (const [index, time] of expected.entries()) {
    expect.soft(Math.abs((found[index] ?? Number.NaN) - time), `${found} for ${expected}`).toBeLessThanOrEqual(SYNC);
  }
}

function numberOf(rate: string): number {
  const [num, den] = rate.split('/').map(Number);
  return (num ?? 0) / (den ?? 1);
}
