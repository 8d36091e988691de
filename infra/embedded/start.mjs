#!/usr/bin/env node
// What `npm start` runs. Plain JavaScript that Node 20 understands: installs what a fresh clone lacks, then hands over to
// main.ts on Node 24 and passes signals on to it.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, installTools, nodeBinary, SetupError } from './install.mjs';

const root = resolve(fileURLToPath(import.meta.url), '../../..');
const startedAt = Date.now();
const say = (line) => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);

let child;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // Before there is a child nothing runs that would need an orderly stop.
  process.on(signal, () => (child ? child.kill(signal) : process.exit(130)));
}

async function main() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new SetupError(`Node.js 20 or newer is needed; this is ${process.version}.`);
  }
  await installPackages(root, say);
  await installTools(root, process.env, say);
  const main = join(root, 'infra/embedded/main.ts');
  const cache = join(process.env.RUSHES_HOME || join(root, '.rushes'), 'cache/node');
  child = spawn(nodeBinary(root), [main, ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, RUSHES_STARTED_AT: String(startedAt), NODE_COMPILE_CACHE: cache },
    // The channel tells main.ts when this process is gone.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Out of the terminal's group, or one Ctrl-C would come by two ways.
    detached: true,
  });
  const [code, signal] = await new Promise((done, failed) => {
    child.once('exit', (...how) => done(how));
    child.once('error', failed);
  });
  if (signal === null) return code ?? 1;
  console.error(`\nRushes was killed (${signal}); what it left running is ended by the next npm start.`);
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`\nRushes could not be started: ${error instanceof SetupError ? error.message : error.stack}`);
    process.exit(1);
  },
);
