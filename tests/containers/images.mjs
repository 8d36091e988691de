// The images that the suite runs, built from this clone. Plain JavaScript, as docker.mjs.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { docker } from './docker.mjs';

const run = promisify(execFile);
const BUILD_MS = 15 * 60_000;
const BASE_MS = 10 * 60_000;
const PULL_MS = 2 * 60_000;
const OWN_BUILD_BASE = 'rushes-build-base:bookworm';

export async function buildImages(root, env, say) {
  const wanted = ['servers', 'worker', 'api'].filter((target) => !env[`RUSHES_${target.toUpperCase()}_IMAGE`]);
  if (wanted.length === 0) return;
  const args = await buildArguments(root, env, say);
  for (const target of wanted) {
    const started = Date.now();
    const image = ['--target', target, '--tag', `rushes-${target}:tests`];
    await docker(['build', '--quiet', '--file', join(root, 'infra/docker/Dockerfile'), ...image, ...args, root], {
      timeoutMs: BUILD_MS,
    });
    const bytes = Number(await docker(['image', 'inspect', '--format', '{{.Size}}', `rushes-${target}:tests`]));
    say(`rushes-${target}: ${Math.round(bytes / 1e6)} MB, built in ${Math.round((Date.now() - started) / 1_000)} s`);
  }
}

/** The base comes from a registry; where none answers, it is made from Debian's packages. */
async function buildArguments(root, env, say) {
  const base = env.BASE || 'debian:bookworm-slim';
  if (!(await has(base)) && !(await pulled(base))) {
    say(`no registry gives ${base}: making it from Debian's packages, a minute or two`);
    await run(join(root, 'infra/docker/base.sh'), [], { timeout: BASE_MS });
  }
  const ownBase = await has(OWN_BUILD_BASE);
  const buildBase = env.BUILD_BASE || (ownBase ? OWN_BUILD_BASE : base);
  const given = ['NPM_CONFIG_REGISTRY', 'PIP_INDEX_URL'].filter((name) => env[name]);
  return [
    ...['--network', env.BUILD_NETWORK || (ownBase ? 'host' : 'default')],
    ...[`BASE=${base}`, `BUILD_BASE=${buildBase}`, ...given].flatMap((value) => ['--build-arg', value]),
  ];
}

const has = (image) => succeeds(docker(['image', 'inspect', image]));
const pulled = (image) => succeeds(docker(['pull', '--quiet', image], { timeoutMs: PULL_MS }));

function succeeds(work) {
  return work.then(
    () => true,
    () => false,
  );
}
