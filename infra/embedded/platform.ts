import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repairRestored, wasRestored } from '../backup/repair.ts';
import { SERVICE_NAMES } from '../nats/index.ts';
import { ensureNats } from './bootstrap.ts';
import { createEndpointsFile } from './endpoints.ts';
import { homeLayout, type Layout, makeFolders, readJson, resetHome, writeJson } from './files.ts';
import { SetupError } from './install.mjs';
import { type Keeper, startKeeper } from './keeper.ts';
import { endEarlierProcesses, recordProcesses, takeLock } from './lock.ts';
import { fillCompileCache } from './node-processes.ts';
import { choosePorts, isPortFree, type PortRequest } from './ports.ts';
import { createSupervisor, type ProcessSpec } from './processes.ts';
import { loadSecrets } from './secrets.ts';
import { SEAWEED_PORTS } from './servers.ts';
import { adminEnvironment, openEnvironment } from './service-env.ts';
import type { Settings } from './settings.ts';
import { type Say, startServers, startServices } from './startup.ts';
import { buildStudio } from './studio.ts';
import { chooseTargets } from './targets.ts';
import { checkTools, findTools } from './tools.ts';

export interface Platform {
  /** Resolves when everything answers. Throws SetupError. */
  start(): Promise<{ origin: string }>;
  /** Stops everything, also what is just being started, within 15 seconds. */
  stop(): Promise<void>;
}

/** A few dozen requests each time. */
const KEEPER_MS = 10_000;
const LOST_AGAIN_MS = 60_000;
const MIN_FREE_BYTES = 500_000_000;
const STOP_ORDER = [['edge', ...SERVICE_NAMES], ['notifier'], ['nats', 'mongod', 's3', 'sqs']] as const;

/** All of Rushes on one machine, as `npm start` runs it. */
export function createPlatform(settings: Settings, env: NodeJS.ProcessEnv, say: Say): Platform {
  const layout = homeLayout(settings.RUSHES_HOME);
  let onChange = () => {};
  // Without the lock the home is another's: nothing in it may be touched.
  let locked = false;
  let keeper: Keeper | undefined;
  const supervisor = createSupervisor({
    logsDir: layout.logs,
    report: (line) => say(`! ${line}`),
    changed: () => {
      recordProcesses(layout, supervisor.running());
      onChange();
    },
    again: (name) => name === 'nats' && keeper?.wake(),
  });

  const run = async (spec: ProcessSpec, what: string) => {
    await supervisor.start(spec);
    say(what);
  };

  return {
    async start() {
      makeFolders(layout);
      takeLock(layout);
      locked = true;
      await prepareHome(layout, settings, say);
      const tools = findTools(env);
      const [ports] = await Promise.all([portsFor(settings, layout, say), checkTools(tools)]);
      const secrets = loadSecrets(layout);
      const targets = chooseTargets(settings, secrets, ports);
      const serverEnv = openEnvironment(env);
      const deps = { layout, tools, secrets, ports, region: targets.s3.region, env: serverEnv };
      const studio = async () => {
        await buildStudio();
        say('Studio');
      };
      const { core, storage } = startServers({ ...deps, targets, settings, outsideEnv: env }, run, say);
      const built = studio();
      const services = async () => {
        await Promise.all([core, fillCompileCache(layout)]);
        const parts = { settings, targets, tools, scratchDir: layout.scratch, env };
        if (wasRestored(layout)) {
          await storage;
          await repairRestored(layout, adminEnvironment(parts), say);
        }
        await startServices({ layout, ports, services: parts, studio: built }, run, say);
      };
      await Promise.all([storage, built, services()]);
      const endpoints = createEndpointsFile({ layout, targets, secrets, ports });
      onChange = () => endpoints.update(supervisor.running());
      onChange();
      const ensure = () => ensureNats(targets, layout, settings.ACK_WAIT);
      keeper = startKeeper({ ensure, say, intervalMs: KEEPER_MS, repeatMs: LOST_AGAIN_MS, now: Date.now });
      return { origin: targets.origin };
    },
    async stop() {
      if (!locked) return;
      onChange = () => {};
      rmSync(layout.endpoints, { force: true });
      await keeper?.stop();
      await supervisor.stop(STOP_ORDER);
      rmSync(join(layout.state, 'lock.json'), { force: true });
    },
  };
}

async function prepareHome(layout: Layout, settings: Settings, say: Say): Promise<void> {
  const left = await endEarlierProcesses(layout);
  if (left > 0) say(`ended ${left} processes that an earlier start had left running`);
  rmSync(layout.endpoints, { force: true });
  if (settings.reset) {
    resetHome(layout);
    makeFolders(layout);
    say(`emptied ${layout.home}`);
  }
  const { bavail, bsize } = statfsSync(layout.home);
  if (bavail * bsize < MIN_FREE_BYTES) {
    throw new SetupError(
      `The disk of ${layout.home} has ${Math.round((bavail * bsize) / 1e6)} MB left; 500 MB are needed.`,
    );
  }
}

/** Ports with defaults that people type; the rest is only ever used among ourselves. */
const DEFAULT_PORTS = [
  { name: 'edge', variable: 'RUSHES_PORT', preferred: 8080, outside: undefined },
  { name: 's3', variable: 'RUSHES_S3_PORT', preferred: 8333, outside: 'S3_ENDPOINT' },
  { name: 'nats', variable: 'RUSHES_NATS_PORT', preferred: 4222, outside: 'NATS_URL' },
  { name: 'mongod', variable: 'RUSHES_MONGO_PORT', preferred: 27017, outside: 'MONGODB_URL' },
  { name: 'sqs', variable: 'RUSHES_SQS_PORT', preferred: 9324, outside: 'SQS_QUEUE_URL' },
] as const;

async function portsFor(settings: Settings, layout: Layout, say: Say): Promise<Record<string, number>> {
  const file = join(layout.state, 'ports.json');
  const kept = readJson(file, z.record(z.string(), z.number())) ?? {};
  const requests: PortRequest[] = [
    ...DEFAULT_PORTS.map(({ name, variable, preferred, outside }) => {
      // Nothing of ours will listen there: whatever is busy is nobody's concern.
      if (outside !== undefined && settings[outside] !== undefined) return { name };
      const port = settings[variable];
      return { name, preferred, asked: port === undefined ? undefined : { variable, port } };
    }),
    ...[...SEAWEED_PORTS, 'notifier', ...SERVICE_NAMES].map((name) => ({ name })),
  ];
  const { ports, moved } = await choosePorts(requests, kept, { isFree: isPortFree, random: Math.random });
  for (const { name, from, to } of moved) say(`! port ${from} is in use; ${name} takes ${to} from now on`);
  writeJson(file, ports);
  return ports;
}
