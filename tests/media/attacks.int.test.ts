import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { FAILURES } from '@rushes/shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endlessFragments, flipped, mp4, pngBomb } from './attack-files.ts';
import { bucketOf, clipIn, picture, temporaryFolder, tone, work, X264 } from './harness.ts';

let folder: string;
let remove: () => Promise<void>;
let server: Server;
/** Requests that reached an address which a file names. */
const requests: string[] = [];
let address: string;
/** A video of somebody else, as it lies on the same disk. */
let foreign: string;
let jpeg: Buffer;

beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  foreign = await clipIn(folder, 'foreign.ts', [...picture('320x180', '30'), ...X264, '-t', '1']);
  const red = ['-f', 'lavfi', '-i', 'color=red:size=64x64', '-frames:v', '1'];
  jpeg = await readFile(await clipIn(folder, 'red.jpg', red));
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the server has no port');
  address = `http://127.0.0.1:${at.port}`;
});
afterAll(async () => {
  server.close();
  await remove();
});

interface Attempt {
  code: unknown;
  keys: string[];
  seconds?: number | undefined;
  warnings?: string[] | undefined;
}

/** Uploads the bytes as a video and answers the code of its failure, and the keys that were written. */
async function attempt(bytes: Uint8Array): Promise<Attempt> {
  const path = join(folder, 'upload.mp4');
  await writeFile(path, bytes);
  const bucket = bucketOf(path);
  try {
    const { transcoded } = await work(bucket);
    const warnings = (transcoded?.warnings ?? []).map((warning) => warning.code);
    return { code: null, keys: bucket.order, seconds: transcoded?.durationSeconds, warnings };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return { code, keys: bucket.order };
  }
}

describe('a file that names other files or addresses', () => {
  const hls = (line: string, start = '') =>
    Buffer.from(`${start}#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n${line}\n#EXT-X-ENDLIST\n`);
  const concat = (line: string, end = '') => Buffer.from(`ffconcat version 1.0\nfile '${line}'\n${end}`, 'latin1');
  const svg = (href: string) => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><image href="${href}"/></svg>`);

  it.each<[string, string, () => Buffer]>([
    ['HLS of a local file', 'forbidden_content', () => hls(foreign)],
    ['HLS of a file: address', 'forbidden_content', () => hls(`file://${foreign}`)],
    ['HLS of an address', 'forbidden_content', () => hls(`${address}/hls.ts`)],
    ['HLS behind blank lines', 'forbidden_content', () => hls(foreign, '\n\n  ')],
    ['HLS that is not quite text', 'not_a_video', () => hls(foreign, '\0')],
    ['ffconcat of a local file', 'forbidden_content', () => concat(foreign)],
    ['ffconcat of an address', 'forbidden_content', () => concat(`${address}/concat.ts`)],
    ['ffconcat that is not quite text', 'forbidden_content', () => concat(foreign, '#\x00\x01\x02')],
    ['SVG of a local file', 'not_a_video', () => svg(`file://${foreign}`)],
    ['SVG of an address', 'not_a_video', () => svg(`${address}/image.svg`)],
  ])('as %s is refused with %s, and nothing is written or asked for', async (_title, code, bytes) => {
    expect(await attempt(bytes())).toMatchObject({ code, keys: [] });
    expect(requests).toEqual([]);
  });
});

describe('a file that asks for more than it holds', () => {
  const day = 23 * 3600 * 1000;
  const size = { width: 64, height: 64 };

  it.each<[string, string, () => Buffer]>([
    ['a picture of 144 million pixels', 'not_a_video', () => pngBomb(12_000)],
    [
      'that picture as a video',
      'too_large',
      () => mp4({ ...size, duration: 1000, samples: 2, bytes: pngBomb(12_000), codec: 'png ' }),
    ],
    [
      'a header of 16384 × 16384',
      'too_large',
      () => mp4({ width: 16_384, height: 16_384, duration: 1000, samples: 2, bytes: Buffer.alloc(64), codec: 'raw ' }),
    ],
    ['a thousand hours', 'too_long', () => mp4({ ...size, duration: 3_600_000_000, samples: 2, bytes: jpeg })],
    ['a day in a kilobyte', 'corrupt', () => mp4({ ...size, duration: day, samples: 2, bytes: jpeg })],
    ['a day without a picture', 'corrupt', () => mp4({ ...size, duration: day })],
    ['3000 streams', 'corrupt', () => mp4({ ...size, duration: 1000, samples: 1, bytes: jpeg, tracks: 3000 })],
  ])('as %s is refused with %s before anything is written', async (_title, code, bytes) => {
    expect(await attempt(bytes())).toMatchObject({ code, keys: [] });
  });

  it('gives no more than there is for fragments that come again and again', async () => {
    const args = [...picture('64x36', '30'), ...X264, '-t', '1', '-movflags', '+frag_every_frame+empty_moov'];
    const fragmented = await readFile(await clipIn(folder, 'fragmented.mp4', args));
    expect(await attempt(endlessFragments(fragmented, 300))).toMatchObject({ code: null, seconds: 1 });
  });
});

describe('a damaged file', () => {
  const length = 4;
  const clip = (name: string, ...more: string[]) =>
    clipIn(folder, name, [...picture('320x180', '30'), ...tone, ...X264, '-t', `${length}`, ...more]);

  it.each(['mp4', 'mkv', 'ts', 'avi', 'flv', 'mpg'])(
    'as .%s gives a video of what it holds, or a failure for good, wherever it is cut',
    async (ending) => {
      const codec = ending === 'mpg' ? ['-c:v', 'mpeg2video'] : [];
      const bytes = await readFile(await clip(`whole.${ending}`, ...codec));
      for (const share of [0.001, 0.03, 0.5]) {
        const { code, seconds } = await attempt(bytes.subarray(0, Math.ceil(bytes.length * share)));
        expectEnd(code, seconds);
      }
    },
  );

  it.each(['mp4', 'mkv', 'ts'])('as .%s ends as well when bits of it are turned over', async (ending) => {
    const bytes = await readFile(await clip(`turned.${ending}`));
    for (const [seed, share] of [0.0001, 0.001, 0.05].entries()) {
      const { code, seconds } = await attempt(flipped(bytes, seed + 1, share));
      expectEnd(code, seconds);
    }
  });

  it.each<[string, number, string[]]>([
    ['mp4', 0.6, ['incomplete', 'damaged']],
    ['mp4', 0.2, ['incomplete', 'damaged']],
    ['mkv', 0.6, ['incomplete']],
    ['flv', 0.6, ['incomplete', 'damaged']],
  ])('as .%s gives, of %s of its bytes, what they hold, and says what is missing', async (ending, share, warnings) => {
    const bytes = await readFile(await clip(`cut.${ending}`, '-movflags', '+faststart'));
    const made = await attempt(bytes.subarray(0, Math.ceil(bytes.length * share)));
    expect(made).toMatchObject({ code: null, warnings });
    expect(made.seconds).toBeGreaterThan(length * (share - 0.1));
    expect(made.seconds).toBeLessThan(length * (share + 0.1));
  });

  it.each(['mp4', 'mkv', 'ts', 'avi', 'flv'])(
    'as .%s gives all of a video with a few broken pictures, and says so',
    async (ending) => {
      const bytes = await readFile(await clip(`broken.${ending}`));
      const made = await attempt(flipped(bytes, 7, 0.00005, Math.floor(bytes.length * 0.2)));
      expect(made).toMatchObject({ code: null, warnings: ['damaged'] });
      expect(Math.abs((made.seconds ?? 0) - length)).toBeLessThan(0.2);
    },
  );

  it('says nothing of damage where there is none', async () => {
    for (const ending of ['mp4', 'mkv', 'ts', 'avi', 'flv']) {
      expect(await attempt(await readFile(await clip(`fine.${ending}`)))).toMatchObject({ code: null, warnings: [] });
    }
  });

  it('as a transport stream whose clock jumps is as long as its pictures', async () => {
    const first = await clip('clock.ts');
    const later = await clip('later.ts', '-output_ts_offset', '5000');
    for (const parts of [
      [first, later],
      [later, first],
    ]) {
      const bytes = Buffer.concat(await Promise.all(parts.map((path) => readFile(path))));
      const { code, seconds } = await attempt(bytes);
      expect(code).toBeNull();
      expect(Math.abs((seconds ?? 0) - 2 * length)).toBeLessThan(0.2);
    }
  });

  it('does not become hours long by one time stamp', async () => {
    const bytes = await readFile(await clip('hours.flv'));
    const tag = Buffer.from(bytes);
    // The upper byte of the 32 bits of milliseconds of a tag of video in the middle: 4.6 hours.
    const found = tagsOf(tag).filter(({ type }) => type === 9)[60];
    if (found === undefined) throw new Error('the file has too few pictures');
    tag[found.at + 7] = 1;
    const { code, seconds } = await attempt(tag);
    expect(code).toBeNull();
    expect(seconds).toBeLessThan(2 * length);
  });

  /** Where the tags of an FLV file stand, and what they hold. */
  function tagsOf(flv: Buffer): { at: number; type: number }[] {
    const tags: { at: number; type: number }[] = [];
    for (let at = 13; at + 15 <= flv.length; at += 15 + flv.readUIntBE(at + 1, 3))
      tags.push({ at, type: flv[at] ?? 0 });
    return tags;
  }

  /** Either some of the video, or a code that says it is the file: one that is tried again would only waste attempts. */
  function expectEnd(code: unknown, seconds: number | undefined): void {
    if (code === null) {
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(4 * length);
      return;
    }
    expect(Object.entries(FAILURES).flatMap(([name, { retryable }]) => (retryable ? [] : [name]))).toContain(code);
  }
});
