import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@rushes/shared/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderAll, renderBeginning } from '../../services/thumbnailer/src/render.ts';
import { ffmpegAt } from '../../services/thumbnailer/src/service.ts';
import { FOLDER, makeLadder } from './ladder.ts';
import { run, toolPath } from './tools.ts';

const PICTURES = `${FOLDER}/thumbnails/a1`;

let scratch: string;
let ffmpeg: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rushes-thumbnails-'));
  ffmpeg = toolPath('FFMPEG_PATH');
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** Renders the pictures of a generated video; `source` is a lavfi graph. */
async function render(
  name: string,
  source: string,
  seconds: number,
  sizes: readonly (readonly [number, number])[],
  renderer = renderAll,
) {
  const folder = join(scratch, name);
  await mkdir(join(folder, 'job'), { recursive: true });
  const input = ['-f', 'lavfi', '-i', source];
  const { facts, bucket } = await makeLadder({ ffmpeg, folder, input, seconds, sizes, audio: false });
  const job = {
    media: { storage: bucket.storage, bucket: 'media' },
    ffmpeg: ffmpegAt(ffmpeg),
    folder: PICTURES,
    context: {
      scratch: join(folder, 'job'),
      signal: new AbortController().signal,
      log: createLogger('thumbnailer', 'silent'),
      progress: () => undefined,
    },
  };
  const pictures = await renderer(
    job,
    facts.videos.map(({ rendition }) => rendition),
  );
  return { pictures, bucket, folder };
}

type Rendered = Awaited<ReturnType<typeof render>>;

/** Decodes a picture of the bucket: its size and, scaled to one pixel (in two steps, one is not exact), its grey value of 0 to 255. */
async function look({ bucket, folder }: Rendered, key: string): Promise<{ size: string; grey: number }> {
  const path = join(folder, 'look');
  await writeFile(path, bucket.objects.get(key)?.body ?? '');
  const probe = await run(toolPath('FFPROBE_PATH'), [
    '-v',
    'error',
    '-show_entries',
    'stream=width,height',
    '-of',
    'csv=p=0',
    path,
  ]);
  const onePixel = [
    '-frames:v',
    '1',
    '-vf',
    'format=gray,scale=32:32:flags=area,scale=1:1:flags=area',
    '-f',
    'rawvideo',
    `${path}.gray`,
  ];
  await run(ffmpeg, ['-v', 'error', '-y', '-i', path, ...onePixel]);
  return { size: probe.trim().replace(/,$/, ''), grey: (await readFile(`${path}.gray`))[0] ?? -1 };
}

describe('the pictures of a video', () => {
  it('are all there, each in the size that the event says', async () => {
    const rendered = await render('plain', 'testsrc2=size=1280x720:rate=30000/1001', 14, [
      [1280, 720],
      [640, 360],
    ]);
    const { poster, images, storyboard, preview } = rendered.pictures;
    expect(poster).toMatchObject({ width: 1280, height: 720, jpeg: `${PICTURES}/poster.jpg` });
    expect((await look(rendered, poster.jpeg)).size).toBe('1280,720');
    expect((await look(rendered, poster.webp)).size).toBe('1280,720');
    expect(images).toHaveLength(10);
    expect((await look(rendered, images[9]?.key ?? '')).size).toBe('640,360');
    expect(storyboard).toMatchObject({ columns: 10, rows: 2, interval: 1, tileWidth: 160, tileHeight: 90 });
    expect((await look(rendered, storyboard?.sprites[0] ?? '')).size).toBe('1600,180');
    expect(preview?.size).toBe(rendered.bucket.objects.get(preview?.key ?? '')?.body.length);
    expect(preview?.size).toBeLessThanOrEqual(500_000);
  });

  it('are kept for ever by caches, each with its own type', async () => {
    const { bucket } = await render('types', 'testsrc2=size=640x360:rate=30000/1001', 3, [[640, 360]]);
    const typeOf = (name: string) => bucket.objects.get(`${PICTURES}/${name}`)?.contentType;
    expect(typeOf('poster.jpg')).toBe('image/jpeg');
    expect(typeOf('poster.webp')).toBe('image/webp');
    expect(typeOf('storyboard.vtt')).toBe('text/vtt');
    for (const [key, { cacheControl }] of bucket.objects) {
      if (key.startsWith(PICTURES)) expect(cacheControl).toContain('immutable');
    }
  });

  it('show the time they name: a poster that is not black after a black beginning', async () => {
    const source =
      'color=black:size=640x360:rate=30000/1001:duration=7[a];testsrc2=size=640x360:rate=30000/1001:duration=7[b];[a][b]concat=n=2';
    const rendered = await render('black', source, 14, [[640, 360]]);
    const { poster, images } = rendered.pictures;
    expect(poster.time).toBeGreaterThan(7);
    expect((await look(rendered, poster.jpeg)).grey).toBeGreaterThan(60);
    for (const { time, key } of images ?? []) {
      const { grey } = await look(rendered, key);
      if (time < 6.9) expect(grey).toBeLessThan(10);
      if (time > 7.1) expect(grey).toBeGreaterThan(60);
    }
  });

  it('come from keyframes where a tile stands for longer than a GOP, each at its own time', async () => {
    // The brightness rises by one a second, so a picture from the wrong place is seen.
    const source = "nullsrc=size=64x48:rate=30000/1001,geq=lum='16+T':cb=128:cr=128";
    const rendered = await render('long', source, 210, [[64, 48]]);
    const { images, storyboard } = rendered.pictures;
    expect(storyboard?.interval).toBe(3);
    for (const { time, key } of images ?? []) {
      const { grey } = await look(rendered, key);
      expect(Math.abs(grey - time * (255 / 219))).toBeLessThan(4);
    }
  });

  it.each([
    ['one picture', 0.03],
    ['a fifth of a second', 0.2],
  ])('are there for a video of %s', async (name, seconds) => {
    const rendered = await render(name, 'testsrc2=size=640x360:rate=30000/1001', seconds, [[640, 360]]);
    const { poster, images, storyboard, preview } = rendered.pictures;
    expect(poster.time).toBeLessThan(0.2);
    expect(images).toHaveLength(1);
    expect(storyboard).toMatchObject({ columns: 1, rows: 1 });
    expect((await look(rendered, storyboard?.sprites[0] ?? '')).size).toBe('160,90');
    expect(preview).toBeNull();
  });

  it('stand upright for a portrait', async () => {
    const rendered = await render('portrait', 'testsrc2=size=360x640:rate=30000/1001', 3, [[360, 640]]);
    const { poster, storyboard } = rendered.pictures;
    expect((await look(rendered, poster.jpeg)).size).toBe('360,640');
    expect(storyboard).toMatchObject({ tileWidth: 90, tileHeight: 160 });
  });
});

describe('the pictures of a beginning', () => {
  it('are a poster in full size and four images, each at its own time, and nothing that costs more', async () => {
    const source = "nullsrc=size=640x480:rate=30000/1001,geq=lum='16+4*T':cb=128:cr=128";
    const sizes = [[640, 480] as const, [480, 360] as const];
    const rendered = await render('first', source, 25, sizes, renderBeginning);
    const { poster, images, storyboard, preview } = rendered.pictures;
    expect(storyboard).toBeNull();
    expect(preview).toBeNull();
    expect(images?.map(({ time }) => time)).toEqual([2.002, 4.004, 6.006, 8.008]);
    const shown = [...(images ?? []), { time: poster.time, key: poster.jpeg }];
    for (const { time, key } of shown) {
      const { grey } = await look(rendered, key);
      expect(Math.abs(grey - 4 * time * (255 / 219))).toBeLessThan(4);
    }
    expect((await look(rendered, poster.webp)).size).toBe('640,480');
    expect((await look(rendered, images?.[0]?.key ?? '')).size).toBe('480,360');
    const written = [...rendered.bucket.objects.keys()].filter((key) => key.startsWith(PICTURES));
    expect(written).toHaveLength(6);
  });
});

describe('ffmpeg on our own segments', () => {
  it('fails in a way that is tried again, for what is damaged here is not the fault of the upload', async () => {
    const path = join(scratch, 'damaged.mp4');
    await writeFile(path, 'not a video');
    const render = {
      inputOptions: [],
      filter: '[0:v:0]null[out]',
      outputs: [{ url: join(scratch, 'out.jpg'), options: ['-map', '[out]'] }],
    };
    const failure = ffmpegAt(ffmpeg)(path, render, new AbortController().signal);
    await expect(failure).rejects.toMatchObject({ code: 'tool_failed', retryable: true });
  });
});
