// npm test: types, lint, unit and integration tests, on a machine where nothing was installed before. `--encoding` (npm run
// test:encoding): what must encode for minutes to show anything. `--faults` (npm run test:faults): what kills, pauses and cuts off the system, which takes longer. `--containers` (npm run
// test:containers): the system in containers, where there is Docker. Words after either choose test files.
// Plain JavaScript, because the machine's own Node (20 or newer) runs it before Node 24 is there.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeError, installPackages, installTools } from '../infra/embedded/install.mjs';
import { dockerTrouble, sweep } from './containers/docker.mjs';
import { buildImages } from './containers/images.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const started = Date.now();
const workspaces = [
  'shared',
  'infra',
  'web',
  'tests',
  ...readdirSync(join(root, 'services')).map((name) => `services/${name}`),
];

try {
  await installPackages(root, console.log);
  await installTools(root, process.env, console.log);
} catch (error) {
  console.error(describeError(error));
  console.log('0 passed, 1 failed');
  process.exit(1);
}
for (const workspace of workspaces) rmSync(join(root, workspace, '.results'), { recursive: true, force: true });

const [suite, ...chosen] = process.argv.slice(2);
const suites = { '--encoding': encoding, '--faults': faults, '--containers': containers };
const chosenSuite = suite === undefined ? everything : suites[suite];
if (chosenSuite === undefined) {
  console.error(
    `npm test takes no "${suite}"; npm run test:encoding, test:faults and test:containers take names of test files`,
  );
  process.exit(1);
}
process.exitCode = report(await chosenSuite(chosen));

async function everything() {
  const tasks = ['typecheck', 'lint', 'knip', 'test'];
  return [
    {
      name: 'types, lint, unused code, unit tests',
      ok: await run('turbo', ['run', ...tasks, '--continue', '--output-logs=errors-only']),
    },
    { name: 'integration tests', ok: await tests('integration', []) },
    // They take longer and run by their own command; that they cannot is worth knowing here.
    ...(await withoutDocker()),
  ];
}

async function encoding(files) {
  return [{ name: 'encoding tests', ok: await tests('encoding', files) }];
}

async function faults(files) {
  const all = files.length === 0;
  return [
    ...(all ? [{ name: 'recovery tests', ok: await tests('recovery', []) }] : []),
    { name: 'fault tests', ok: await tests('faults', files) },
  ];
}

async function containers(files) {
  const skipped = await withoutDocker();
  if (skipped.length > 0) return skipped;
  try {
    await buildImages(root, process.env, console.log);
    return [{ name: 'container tests', ok: await tests('containers', files) }];
  } catch (error) {
    console.error(describeError(error));
    return [{ name: 'container tests', ok: false }];
  } finally {
    // What a run that was killed has left; a run that ends removes its own.
    await sweep();
  }
}

/** The part that cannot run here, with the reason. */
async function withoutDocker() {
  const trouble = await dockerTrouble();
  return trouble === null ? [] : [{ name: 'container tests (npm run test:containers)', ok: true, skipped: trouble }];
}

function tests(script, files) {
  return run('npm', ['run', '--silent', script, '--workspace', 'tests', '--', ...files]);
}

/** Runs a command with Node 24 and our own tools first in PATH; true when it succeeded. */
function run(command, args) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(false);
    });
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** True totals from the reports that vitest wrote. A part that failed without a failed test counts as one failure. */
function report(parts) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of workspaces.flatMap(reportsOf)) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += numPassedTests;
    totals.failed += numFailedTests;
    totals.skipped += numPendingTests + numTodoTests;
  }
  const unable = parts.filter(({ skipped }) => skipped !== undefined);
  for (const { name, skipped } of unable) console.log(`skipped: ${name}: ${skipped}`);
  totals.skipped += unable.length;
  const broken = parts.filter(({ ok }) => !ok);
  for (const { name } of broken) console.log(`not passed: ${name}`);
  if (broken.length > 0 && totals.failed === 0) totals.failed = broken.length;
  if (totals.skipped > 0) console.log(`${totals.skipped} skipped`);
  if (process.env.CI === 'true') totals.failed += totals.skipped;
  if (totals.passed === 0 && totals.failed === 0 && unable.length < parts.length) totals.failed += 1;
  console.log(`took ${Math.round((Date.now() - started) / 1000)} s`);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 ? 0 : 1;
}

function reportsOf(workspace) {
  const folder = join(root, workspace, '.results');
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
