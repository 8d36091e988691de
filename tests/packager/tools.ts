import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findTools } from '../../infra/embedded/tools.ts';

const execute = promisify(execFile);

const TOOLS = { FFMPEG_PATH: 'ffmpeg', FFPROBE_PATH: 'ffprobe', PACKAGER_PATH: 'packager' } as const;

/** The path of a media tool: of the environment (`PACKAGER_PATH` is Shaka Packager), else the one that was installed. */
export function toolPath(variable: keyof typeof TOOLS): string {
  return process.env[variable] || findTools(process.env)[TOOLS[variable]];
}

/** Runs a tool and answers what it printed on stdout; throws with its stderr when it fails. */
export async function run(path: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await execute(path, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
