import { join } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from '../nats/index.ts';
import { prepareBuckets, prepareNats, prepareQueue } from './bootstrap.ts';
import { catalogReady } from './catalog-ready.ts';
import { writeEnvironmentFiles } from './env-files.ts';
import type { Layout } from './files.ts';
import { edgeProcess, nodeSpec, notifierProcess, sqsProcess } from './node-processes.ts';
import type { ProcessSpec } from './processes.ts';
import type { Secrets } from './secrets.ts';
import { mongoSpec, natsSpec, portOf, type ServerDeps, seaweedSpec } from './servers.ts';
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
import type { Targets } from './targets.ts';

/** A line for the person at the terminal, and a warning. */
export type Say = (line: string) => void;

/** Services hand back what runs; together with the servers' time this stays under 15 s. */
const SERVICE_GRACE_MS = 8_500;

export type Run = (spec: ProcessSpec, what: string) => Promise<void>;
export interface ServersDeps extends ServerDeps {
  targets: Targets;
  settings: Settings;
  secrets: Secrets;
  outsideEnv: NodeJS.ProcessEnv;
}

/**
 * Everything services talk to, each prepared as soon as it answers. `core` is what they cannot begin without; the store takes
 * longest, and they wait for it themselves.
 */
export function startServers(deps: ServersDeps, run: Run, say: Say): { core: Promise<void>; storage: Promise<void> } {
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
  return { core: Promise.all([log(), readModels(), queue()]).then(() => undefined), storage: storage() };
}

export interface ServicesDeps {
  layout: Layout;
  ports: Record<string, number>;
  services: ServiceEnvDeps;
  /** Resolves when the Studio's files are there, which the edge looks for at its start. */
  studio: Promise<void>;
}

/** The six services, but for those that somebody runs by hand, and the edge. */
export async function startServices(
  { layout, ports, services, studio }: ServicesDeps,
  run: Run,
  say: Say,
): Promise<void> {
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
  const specOf = (name: ServiceName): ProcessSpec => {
    const spec = nodeSpec(serviceProcess(name, ports, services), layout);
    return name === 'catalog' ? { ...spec, ready: (signal) => catalogReady(String(urls.catalog), signal, say) } : spec;
  };
  writeEnvironmentFiles(layout, ports, services);
  const mine = SERVICE_NAMES.filter((name) => !settings.without.includes(name));
  for (const name of settings.without) {
    say(
      `without ${name}: run it with node --env-file=${join(layout.config, `${name}.env`)} services/${name}/src/main.ts`,
    );
  }
  const startEdge = () => run(nodeSpec(edge, layout), 'edge');
  await Promise.all([...mine.map((name) => run(specOf(name), name)), studio.then(startEdge)]);
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
