import { describe, expect, it } from 'vitest';
import { source } from '../../services/transcoder/src/core/source-fixture.ts';
import { toneMap } from '../../services/transcoder/src/core/tone-map.ts';
import { ffmpeg } from '../media/harness.ts';

type Transfer = 'smpte2084' | 'arib-std-b67';

/** Light of a grey of this signal (0…1) in cd/m², by ITU-R BT.2100; HLG on a display of 1000 cd/m². */
const LIGHT: Readonly<Record<Transfer, (signal: number) => number>> = {
  smpte2084: (signal) => {
    const power = signal ** (1 / 78.84375);
    return 10_000 * (Math.max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125);
  },
  'arib-std-b67': (signal) => {
    const scene = signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12;
    return 1000 * scene ** 1.2;
  },
};

/** Luma of the same light in SDR, where white is 203 cd/m² (BT.2408) and displays have a gamma of 2.4 (BT.1886). */
const sdr = (light: number) => 16 + 219 * (light / 203) ** (1 / 2.4);

const STEPS = 40;

/** Light and luma of each step of a grey ramp over the whole of a signal. */
async function ramp(transfer: Transfer): Promise<{ light: number; luma: number }[]> {
  const { video } = source({ colorTransfer: transfer });
  const map = toneMap({ ...source(), video }, '32:32').join(',');
  const code = `64+876*(N+1)/${STEPS}`;
  const tags = `setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=${transfer}:range=tv`;
  const graph = `nullsrc=size=64x64:rate=25,trim=end_frame=${STEPS},format=yuv420p10le,geq=lum='${code}':cb=512:cr=512,${tags},${map},signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-`;
  const printed = await ffmpeg('-v', 'error', '-f', 'lavfi', '-i', graph, '-frames:v', `${STEPS}`, '-f', 'null', '-');
  const lumas = [...printed.matchAll(/YAVG=([\d.]+)/g)].map(([, luma]) => Number(luma));
  expect(lumas).toHaveLength(STEPS);
  return lumas.map((luma, index) => ({ luma, light: LIGHT[transfer]((index + 1) / STEPS) }));
}

describe.each<Transfer>(['smpte2084', 'arib-std-b67'])('a picture of %s', (transfer) => {
  it('keeps its brightness up to three quarters of white, and nearly to white', async () => {
    const steps = await ramp(transfer);
    const middle = steps.filter(({ light }) => light >= 1 && light <= 0.75 * 203);
    expect(middle.length).toBeGreaterThan(8);
    for (const { light, luma } of middle)
      expect(Math.abs(luma - sdr(light)), `${light} cd/m²`).toBeLessThanOrEqual(2.5);
    const white = steps.filter(({ light }) => light > 0.75 * 203 && light <= 203);
    for (const { light, luma } of white) expect(Math.abs(luma - sdr(light)), `${light} cd/m²`).toBeLessThanOrEqual(12);
  });

  it('has highlights that still differ and end at white', async () => {
    const steps = await ramp(transfer);
    const lights = steps.filter(({ light }) => light > 203 && light <= 1000);
    expect(lights.length).toBeGreaterThan(4);
    for (const [index, { luma }] of lights.entries()) {
      expect(luma).toBeGreaterThanOrEqual(lights[index - 1]?.luma ?? 222);
      expect(luma).toBeLessThanOrEqual(235);
    }
    // Not cut off at white: even the upper half of them is more than one step.
    const brightest = lights.filter(({ light }) => light > 400).map(({ luma }) => luma);
    expect(new Set(brightest).size).toBeGreaterThanOrEqual(3);
  });
});
