import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SERVICE_NAMES, type ServiceName } from '../nats/index.ts';
import { prepareBuckets, prepareNats, prepareQueue } from './bootstrap.ts';
import { createEndpointsFile } from './endpoints.ts';
import { homeLayout, type Layout, makeFolders, readJson, resetHome, writeJson, writePrivateFile } from './files.ts';
import { SetupError } from './install.mjs';
import { endEarlierProcesses, recordProcesses, takeLock } from './lock.ts';
import { edgeProcess, fillCompileCache, nodeSpec, notifierProcess, sqsProcess } from './node-processes.ts';
import { choosePorts, isPortFree, type PortRequest } from './ports.ts';
import { createSupervisor, type ProcessSpec } from './processes.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { mongoSpec, natsSpec, portOf, SEAWEED_PORTS, type ServerDeps, seaweedSpec } from './servers.ts';
import {
  allowedOrigins,
  cdnBaseUrl,
  keyVariables,
  openEnvironment,
  outsideAws,
  publicS3,
  type ServiceEnvDeps,
  serviceEnvironment,
} from './service-env.ts';
import type { Settings } from './settings.ts';
import { buildStudio } from './studio.ts';
import { chooseTargets, type Targets } from './targets.ts';
import { checkTools, findTools } from './tools.ts';

export interface Platform {
  /** Resolves when everything answers. Throws SetupError. */
  start(): Promise<{ origin: string }>;
  /** Stops everything, also what is just being started, within 15 seconds. */
  stop(): Promise<void>;
}

/** A line for the person at the terminal, and a warning. */
export type Say = (line: string) => void;

const MIN_FREE_BYTES = 500_000_000;
/** Services hand back what runs; together with the servers' time this stays under 15 s. */
const SERVICE_GRACE_MS = 8_500;
const STOP_ORDER = [['edge', ...SERVICE_NAMES], ['notifier'], ['nats', 'mongod', 's3', 'sqs']] as const;

/** All of Rushes on one machine, as `npm start` runs it. */
export function createPlatform(settings: Settings, env: NodeJS.ProcessEnv, say: Say): Platform {
  const layout = homeLayout(settings.RUSHES_HOME);
  let onChange = () => {};
  // Without the lock the home is another's: nothing in it may be touched.
  let locked = false;
  const supervisor = createSupervisor({
    logsDir: layout.logs,
    report: (line) => say(`! ${line}`),
    changed: () => {
      recordProcesses(layout, supervisor.running());
      onChange();
    },
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
      const servers = startServers({ ...deps, targets, settings, outsideEnv: env }, run, say);
      await Promise.all([servers, studio(), fillCompileCache(layout)]);
      const services = { settings, targets, tools, scratchDir: layout.scratch, env };
      await startServices({ layout, ports, services }, run, say);
      const endpoints = createEndpointsFile({ layout, targets, secrets, ports });
      onChange = () => endpoints.update(supervisor.running());
      onChange();
      return { origin: targets.origin };
    },
    async stop() {
      if (!locked) return;
      onChange = () => {};
      rmSync(layout.endpoints, { force: true });
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

type Run = (spec: ProcessSpec, what: string) => Promise<void>;
interface ServersDeps extends ServerDeps {
  targets: Targets;
  settings: Settings;
  secrets: Secrets;
  outsideEnv: NodeJS.ProcessEnv;
}

/** Everything services talk to, each prepared as soon as it answers. */
async function startServers(deps: ServersDeps, run: Run, say: Say): Promise<void> {
  const { targets, settings, layout, ports } = deps;
  const { nats, s3, sqs, mongodb } = targets;
  const log = async () => {
    if (nats.embedded) await run(natsSpec(deps), `nats-server on ${new URL(nats.url).host}`);
    await prepareNats(targets, layout, settings.ACK_WAIT);
    say('event log, buckets and durables');
  };
  const readModels = async () => {
    if (mongodb.embedded) await run(mongoSpec(deps), `mongod on 127.0.0.1:${portOf(ports, 'mongod')}`);
  };
  const queue = async () => {
    const awsEnv = sqs.embedded ? {} : outsideAws(deps.outsideEnv);
    const env = { ...deps.env, ...awsEnv, ...keyVariables(sqs.keys) };
    const port = portOf(ports, 'sqs');
    if (sqs.embedded) {
      await run(nodeSpec(sqsProcess(port, layout, deps.region, env), layout), `SQS on 127.0.0.1:${port}`);
    }
    await prepareQueue(targets);
    if (!s3.embedded) return;
    const options = {
      token: deps.secrets.notifierToken,
      region: deps.region,
      sqsEndpoint: sqs.endpoint,
      queueUrl: sqs.queueUrl,
      env,
    };
    await run(nodeSpec(notifierProcess(portOf(ports, 'notifier'), options), layout), 'notifier');
  };
  const storage = async () => {
    if (s3.embedded) await run(seaweedSpec(deps), `SeaweedFS (S3) on ${new URL(s3.endpoint).host}`);
    else say(`! ${s3.endpoint} must announce new objects under uploads/ by itself: to the queue or to /webhooks/s3`);
    const warnings = await prepareBuckets(targets, allowedOrigins(settings, targets.origin));
    for (const warning of warnings) say(`! ${warning}`);
    say('S3 buckets');
  };
  await Promise.all([log(), readModels(), queue(), storage()]);
}

interface ServicesDeps {
  layout: Layout;
  ports: Record<string, number>;
  services: ServiceEnvDeps;
}

async function startServices({ layout, ports, services }: ServicesDeps, run: Run, say: Say): Promise<void> {
  const { settings, targets, env } = services;
  const urls = Object.fromEntries(SERVICE_NAMES.map((name) => [name, `http://127.0.0.1:${portOf(ports, name)}`]));
  const edge = edgeProcess(portOf(ports, 'edge'), {
    origin: targets.origin,
    services: urls,
    s3Endpoint: targets.s3.endpoint,
    mediaBucket: targets.s3.mediaBucket,
    publicS3: publicS3(env, targets),
    cdnBaseUrl: cdnBaseUrl(settings, targets),
    env: openEnvironment(env),
  });
  const specOf = (name: ServiceName) => nodeSpec(serviceProcess(name, ports, services), layout);
  const mine = SERVICE_NAMES.filter((name) => !settings.without.includes(name));
  for (const name of settings.without) {
    const file = join(layout.config, `${name}.env`);
    writePrivateFile(file, environmentFile(specOf(name).env));
    say(`without ${name}: run it with node --env-file=${file} services/${name}/src/main.ts`);
  }
  await Promise.all([...mine.map((name) => run(specOf(name), name)), run(nodeSpec(edge, layout), 'edge')]);
}

/** A service's whole environment as `node --env-file` reads it. */
function environmentFile(environment: NodeJS.ProcessEnv): string {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined);
  return set.map(([name, value]) => `${name}=${JSON.stringify(value)}\n`).join('');
}

function serviceProcess(name: ServiceName, ports: Record<string, number>, deps: ServiceEnvDeps) {
  return {
    name,
    script: `services/${name}/src/main.ts`,
    port: portOf(ports, name),
    env: serviceEnvironment(name, deps),
    readyPath: '/readyz',
    graceMs: SERVICE_GRACE_MS,
  };
}
