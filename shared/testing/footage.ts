import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Clip {
  /** File name; clips of the same name in one folder are made once. */
  name: string;
  seconds: number;
  /** Pixels. */
  width: number;
  height: number;
  /** As ffmpeg takes it: `30`, `30000/1001`. */
  rate: string;
  audio: boolean;
  /** Further output arguments, e.g. codecs. */
  more?: string[];
}

/** A clip with moving content and a tone, made by ffmpeg: the same arguments give the same picture. */
export async function makeClip(ffmpeg: string, folder: string, clip: Clip): Promise<string> {
  const path = join(folder, clip.name);
  if (await exists(path)) return path;
  await mkdir(folder, { recursive: true });
  const { seconds, width, height, rate } = clip;
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${rate}:duration=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
  await run(ffmpeg, [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...picture,
    ...(clip.audio ? sound : []),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
    ...(clip.audio ? ['-c:a', 'aac', '-ac', '2'] : []),
    ...(clip.more ?? []),
    path,
  ]);
  return path;
}

/**
 * A real clip of `RUSHES_FOOTAGE` (a folder) by its file name; null where there is none. Tests that want real footage fall
 * back to a generated clip, so that they run everywhere.
 */
export async function realClip(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  if (!env.RUSHES_FOOTAGE) return null;
  const path = join(env.RUSHES_FOOTAGE, name);
  return (await exists(path)) ? path : null;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
