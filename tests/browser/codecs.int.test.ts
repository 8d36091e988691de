import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTools } from '@rushes/infra/testing';
import { realClip } from '@rushes/shared/testing';
import type { VideoView } from '@rushes/shared/video';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser, openPage, untilHolds } from '../setup/browser.ts';
import { getEvents, process as processClip, until } from '../setup/client.ts';
import { clip } from './clips.ts';

const execute = promisify(execFile);
const api = { origin: inject('endpoints').origin };
const VIDEO = "document.querySelector('video')";

/** A picture as so many grey squares, from the upper left to the lower right. */
const COLUMNS = 9;
const ROWS = 16;
const SHOWN_AT = 0.5;

const { ffmpeg } = findTools(process.env);
const run = (args: readonly string[]) =>
  execute(ffmpeg, ['-v', 'error', '-nostdin', '-y', ...args], { encoding: 'buffer', maxBuffer: 1e8 });

/** A phone lies on its side and writes down that it did. Some times over: several segments. */
async function portraitClip(landscape: string): Promise<string> {
  const path = join(inject('home'), 'portrait.mp4');
  await run(['-display_rotation', '90', '-stream_loop', '7', '-i', landscape, '-map', '0', '-c', 'copy', path]);
  return path;
}

/** The squares of a moment of the clip, turned by hand. */
async function expectedSquares(landscape: string): Promise<number[]> {
  const filter = `transpose=cclock,scale=${COLUMNS}:${ROWS}:flags=area,format=gray`;
  const output = ['-vf', filter, '-frames:v', '1', '-f', 'rawvideo', '-'];
  const { stdout } = await run(['-ss', `${SHOWN_AT}`, '-i', landscape, ...output]);
  return [...stdout];
}

/** What a canvas makes of the element's picture, as luma. */
const squaresOf = (page: Page, element: string) =>
  page.evaluate<number[]>(`(() => {
    const canvas = new OffscreenCanvas(${COLUMNS}, ${ROWS});
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(${element}, 0, 0, ${COLUMNS}, ${ROWS});
    const { data } = context.getImageData(0, 0, ${COLUMNS}, ${ROWS});
    return Array.from({ length: ${COLUMNS * ROWS} }, (_, at) =>
      0.2126 * data[4 * at] + 0.7152 * data[4 * at + 1] + 0.0722 * data[4 * at + 2]);
  })()`);

/** Of two pictures: 1 the same but for brightness and contrast, 0 nothing in common. */
function likeness(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(one), mean(other)];
  const sum = (of: (index: number) => number) => one.reduce((total, _, index) => total + of(index), 0);
  const da = (index: number) => (one[index] ?? 0) - a;
  const db = (index: number) => (other[index] ?? 0) - b;
  return sum((at) => da(at) * db(at)) / Math.sqrt(sum((at) => da(at) ** 2) * sum((at) => db(at) ** 2));
}

const read = <T = number>(page: Page, script: string) => page.evaluate<T>(script);
const frames = (page: Page) => read(page, `${VIDEO}.getVideoPlaybackQuality().totalVideoFrames`);

describeInBrowser('a portrait clip of a phone, in H.264 and AV1', () => {
  let browser: Browser;
  let video: VideoView;
  let expected: number[];
  beforeAll(async () => {
    browser = await launchBrowser();
    const landscape = (await realClip('VID_20191220_170832.mp4')) ?? (await clip('landscape.mp4', 2, 480));
    expected = await expectedSquares(landscape);
    video = await processClip(api, await portraitClip(landscape), { title: 'Portrait', profile: 'share' });
    return () => browser.close();
  });

  /** The page of the video, and the renditions whose segments it fetched, in order. */
  const watch = async (before = '') => {
    const { page, faults } = await openPage(browser);
    onTestFinished(() => page.context().close());
    await page.addInitScript(before);
    const fetched: string[] = [];
    page.on('request', (request) => {
      const [, rendition] = /\/segments\/((?:h264|av1)-\d+)\/.*\.m4s$/.exec(request.url()) ?? [];
      if (rendition !== undefined) fetched.push(rendition);
    });
    await page.goto(`${api.origin}/videos/${video.id}`);
    await untilHolds(page, `${VIDEO}?.readyState >= 2`);
    await page.evaluate(`${VIDEO}.muted = true`);
    return { page, faults, fetched };
  };

  const showsUpright = async (page: Page) => {
    await page.evaluate(`${VIDEO}.pause(), ${VIDEO}.currentTime = ${SHOWN_AT}`);
    await untilHolds(page, `!${VIDEO}.seeking && ${VIDEO}.readyState >= 2`);
    const size = await read<[number, number]>(page, `[${VIDEO}.videoWidth, ${VIDEO}.videoHeight]`);
    expect(size[1] / size[0]).toBeCloseTo(16 / 9, 1);
    const seen = await squaresOf(page, VIDEO);
    expect(likeness(seen, expected)).toBeGreaterThan(0.95);
    expect(likeness(seen.toReversed(), expected)).toBeLessThan(0.9);
  };

  it('is made in both codecs, all of which the browser says it can play', async () => {
    expect(video).toMatchObject({ status: 'ready', final: true });
    expect(video.renditions.map(({ id }) => id)).toEqual(['h264-480', 'h264-360', 'av1-480', 'av1-360']);
    const { page } = await watch();
    for (const { codecs } of video.renditions) {
      expect(await read<boolean>(page, `MediaSource.isTypeSupported('video/mp4; codecs="${codecs}"')`), codecs).toBe(
        true,
      );
    }
  });

  it('plays upright, by itself in AV1 and in no other codec beside it', async () => {
    const { page, faults, fetched } = await watch();
    await page.getByRole('button', { name: 'play', exact: true }).click();
    await untilHolds(page, `${VIDEO}.currentTime > 1`);
    expect(await frames(page)).toBeGreaterThan(10);
    await showsUpright(page);
    expect(fetched.filter((id) => !id.startsWith('av1-'))).toEqual([]);
    expect(fetched).not.toEqual([]);
    expect(faults).toEqual([]);
  });

  it('plays upright in H.264 where the browser knows no AV1', async () => {
    const { page, faults, fetched } = await watch(`const knows = MediaSource.isTypeSupported;
      MediaSource.isTypeSupported = (type) => !type.includes('av01') && knows.call(MediaSource, type);`);
    await page.getByRole('button', { name: 'play', exact: true }).click();
    await untilHolds(page, `${VIDEO}.currentTime > 1`);
    expect(await frames(page)).toBeGreaterThan(10);
    await showsUpright(page);
    expect(fetched.filter((id) => !id.startsWith('h264-'))).toEqual([]);
    expect(fetched).not.toEqual([]);
    expect(faults).toEqual([]);
  });

  it('goes over to H.264 when that is chosen in the menu, which names the codecs', async () => {
    const { page, faults, fetched } = await watch();
    await page.getByRole('button', { name: 'quality' }).click();
    const names = page.getByRole('menuitemradio');
    await names.first().waitFor();
    expect(await names.allInnerTexts()).toEqual([
      ...['480p AV1', '480p H.264', '360p AV1', '360p H.264'],
      expect.stringMatching(/^Auto/),
    ]);
    fetched.length = 0;
    await page.getByRole('menuitemradio', { name: '480p H.264' }).click();
    // From the next segment on.
    await until(
      'H.264 to be fetched',
      async () => fetched,
      (ids) => ids.includes('h264-480'),
    );
    await page.evaluate(`${VIDEO}.currentTime = 5, ${VIDEO}.play()`);
    await untilHolds(page, `${VIDEO}.currentTime > 7`);
    expect(await frames(page)).toBeGreaterThan(30);
    expect(faults).toEqual([]);
  });

  it('has a poster as upright as it', async () => {
    const { page } = await watch();
    const poster = video.thumbnails?.poster.jpeg ?? '';
    const load = `new Promise((done, fail) => {
      const image = new Image();
      image.crossOrigin = 'anonymous';
      image.onload = () => { window.poster = image; done([image.naturalWidth, image.naturalHeight]); };
      image.onerror = () => fail(new Error('the poster did not come'));
      image.src = ${JSON.stringify(poster)};
    })`;
    const [width = 0, height = 0] = await read<number[]>(page, load);
    expect(height / width).toBeCloseTo(16 / 9, 1);
    expect(likeness(await squaresOf(page, 'window.poster'), expected)).toBeGreaterThan(0.8);
  });

  it('is one MP4 for sharing, too, which plays by its address alone and is offered for download', async () => {
    const { page } = await watch();
    await page.getByRole('button', { name: 'More actions' }).click();
    const link = page.getByRole('menuitem', { name: 'Download an MP4 to share' });
    expect(await link.getAttribute('href')).toBe(video.playback?.mp4);
    expect(await link.getAttribute('download')).toBe('Portrait.mp4');

    await page.goto(video.playback?.mp4 ?? '');
    await untilHolds(page, `${VIDEO}?.readyState >= 2`);
    await page.evaluate(`${VIDEO}.muted = true, ${VIDEO}.play()`);
    await untilHolds(page, `${VIDEO}.currentTime > 1`);
    expect(await frames(page)).toBeGreaterThan(10);
    expect(await read(page, `${VIDEO}.webkitAudioDecodedByteCount`)).toBeGreaterThan(0);
    await showsUpright(page);
    const [packaged] = (await getEvents(api, video.id)).toReversed();
    expect(packaged?.data.mp4).toEqual({ key: expect.stringMatching(/\/segments\/mp4\/a1\/video\.mp4$/) });
  });
});
