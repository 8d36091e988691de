import { readFileSync } from 'node:fs';
import { freePort } from '@rushes/infra/testing';
import { docker, LABEL } from '../docker.mjs';
import { type ComposeFile, type ComposeService, readCompose } from './compose.ts';
import { ComposedContainer, HasBegun } from './composed-container.ts';

/** A system of containers on one network. Plain data, so that it can be handed from the run's start to its tests. */
export interface System {
  /** Value of the label that everything of this run has. */
  run: string;
  name: string;
  /** Of the edge, as clients reach it. */
  origin: string;
  /** What object keys of media are appended to. */
  media: string;
  /** Nodes of the NATS cluster; 1 is none. */
  natsNodes: number;
  compose: ComposeFile;
}

export const SERVICES = ['upload-api', 's3-event-ingest', 'catalog', 'transcoder', 'thumbnailer', 'packager'] as const;
const SERVERS = ['mongo', 's3', 'sqs', 'notifier'] as const;
const ONE_SHOT_MS = 90_000;
/** Of the services, on which they answer /readyz. */
export const PORT = 8080;

export interface SystemOptions {
  run: string;
  name: string;
  natsNodes: number;
}

/** Network, volumes and secrets of a system; nothing of it runs yet. */
export async function prepareSystem({ run, name, natsNodes }: SystemOptions): Promise<System> {
  const [edge, s3] = [await freePort(), await freePort()];
  const origin = `http://localhost:${edge}`;
  const variables = {
    ...imageNames(process.env),
    RUSHES_PORT: String(edge),
    RUSHES_S3_PORT: String(s3),
    ACK_WAIT: '2s',
    RECONCILE_INTERVAL: '2s',
    NATS_REPLICAS: String(natsNodes),
  };
  const compose = readCompose('compose.yaml', variables);
  const official = readCompose('compose.official.yaml', variables);
  for (const each of ['nats', 'mongo', 's3', 'sqs'] as const) {
    if (process.env[`${each.toUpperCase()}_IMAGE`]) Object.assign(serviceOf(compose, each), official.services[each]);
  }
  compose.services.subscriber = subscriber(serviceOf(compose, 'keeper'));
  const system = { run, name, origin, media: `${origin}/media`, natsNodes, compose };
  await docker(['network', 'create', '--label', `${LABEL}=${run}`, networkOf(system)]);
  const volumes = [...Object.keys(compose.volumes ?? {}), ...natsAliases(system).map((alias) => `${alias}-data`)];
  for (const volume of new Set(volumes)) {
    await docker(['volume', 'create', '--label', `${LABEL}=${run}`, volumeOf(system, volume)]);
  }
  await runToEnd(system, 'secrets');
  return system;
}

function imageNames(env: NodeJS.ProcessEnv): Record<string, string> {
  const servers = env.RUSHES_SERVERS_IMAGE || 'rushes-servers:tests';
  return {
    API_IMAGE: env.RUSHES_API_IMAGE || 'rushes-api:tests',
    WORKER_IMAGE: env.RUSHES_WORKER_IMAGE || 'rushes-worker:tests',
    SERVERS_IMAGE: servers,
    NATS_IMAGE: env.NATS_IMAGE || servers,
    MONGO_IMAGE: env.MONGO_IMAGE || servers,
    S3_IMAGE: env.S3_IMAGE || servers,
    SQS_IMAGE: env.SQS_IMAGE || servers,
  };
}

export async function startServers(system: System): Promise<void> {
  const nats = natsAliases(system).map((alias) => start(system, 'nats', { alias, ...clusterNode(system, alias) }));
  await Promise.all([...nats, ...SERVERS.map((name) => start(system, name))]);
}

/** Makes what nobody else may make, and looks after it from then on. */
export async function bootstrap(system: System): Promise<void> {
  await runToEnd(system, 'bootstrap');
  await start(system, 'keeper');
}

export async function startServices(system: System): Promise<void> {
  await Promise.all([...SERVICES, 'edge'].map((name) => start(system, name)));
}

/** Containers, volumes and network of one system; what the run's end would leave is removed here for room's sake. */
export async function removeSystem(system: System): Promise<void> {
  const list = (...command: string[]) =>
    docker([...command, '--quiet', '--filter', `name=^${prefix(system)}(-|$)`]).then((text) =>
      text.split('\n').filter((line) => line !== ''),
    );
  const containers = await list('ps', '--all');
  if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers]);
  const volumes = await list('volume', 'ls');
  if (volumes.length > 0) await docker(['volume', 'rm', ...volumes]);
  await docker(['network', 'rm', networkOf(system)]);
}

export interface StartOptions {
  /** Its name in the network, beside the service's own. */
  alias?: string;
  image?: string;
  command?: string[];
  /** Volumes by other names than in the compose file. */
  volumes?: Record<string, string>;
}

/** Starts a container of a service of the compose file; several of one service share its name in the network. */
export async function start(system: System, name: string, options: StartOptions = {}): Promise<void> {
  const service = serviceOf(system.compose, name);
  const { alias = name, image = service.image, command = service.command } = options;
  const volumes = service.volumes?.map((volume) => {
    const [source = '', ...rest] = volume.split(':');
    return rest.length === 0 ? source : [volumeOf(system, options.volumes?.[source] ?? source), ...rest].join(':');
  });
  const description = {
    ...service,
    image,
    ports: [...(service.ports ?? []), ...(isService(name) ? [`127.0.0.1::${PORT}`] : [])],
    ...(command === undefined ? {} : { command }),
    ...(volumes === undefined ? {} : { volumes }),
  };
  const network = { name: networkOf(system), aliases: [...new Set([name, alias])] };
  await new ComposedContainer(description, service.network_mode === 'none' ? undefined : network)
    .withName(nameOf(system, alias))
    .withLabels({ [LABEL]: system.run })
    .withAutoCleanup(false)
    .withWaitStrategy(new HasBegun())
    .start();
}

/** Another system, with what it is given for that: where NATS is, and the file of its own user. */
function subscriber({ environment, ...keeper }: ComposeService): ComposeService {
  const script = readFileSync(new URL('../inside/follow.mjs', import.meta.url), 'utf8');
  return {
    ...keeper,
    command: ['--input-type=module', '--eval', script],
    environment: { NATS_URL: environment?.NATS_URL ?? '' },
    volumes: ['secrets-subscriber:/run/secrets:ro'],
  };
}

async function runToEnd(system: System, name: string): Promise<void> {
  await start(system, name);
  const code = await docker(['wait', nameOf(system, name)], { timeoutMs: ONE_SHOT_MS });
  if (code === '0') return;
  const said = await docker(['logs', '--tail', '20', nameOf(system, name)], { both: true });
  throw new Error(`${name} ended with ${code}:\n${said}`);
}

/** What makes a node of a cluster of the one that the compose file describes; its arguments win over the configuration. */
function clusterNode(system: System, alias: string): StartOptions {
  if (system.natsNodes === 1) return {};
  const routes = natsAliases(system).map((each) => `nats://${each}:6222`);
  const cluster = ['--cluster_name', 'rushes', '--cluster', 'nats://0.0.0.0:6222', '--routes', routes.join(',')];
  const command = [...(serviceOf(system.compose, 'nats').command ?? []), '--server_name', alias, ...cluster];
  return { command, volumes: { 'nats-data': `${alias}-data` } };
}

/** `nats` finds them all; each has a name of its own beside it. */
export function natsAliases({ natsNodes }: Pick<System, 'natsNodes'>): string[] {
  return natsNodes === 1 ? ['nats'] : Array.from({ length: natsNodes }, (_, index) => `nats-${index + 1}`);
}

function serviceOf(compose: ComposeFile, name: string): ComposeService {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`infra/compose.yaml has no service "${name}"`);
  return service;
}

const isService = (name: string) => (SERVICES as readonly string[]).includes(name);
const prefix = ({ run, name }: Pick<System, 'run' | 'name'>) => `rushes-tests-${run}-${name}`;
const networkOf = (system: System) => prefix(system);
const volumeOf = (system: System, volume: string) => `${prefix(system)}-${volume}`;
/** Docker's name of a container of the system. */
export const nameOf = (system: Pick<System, 'run' | 'name'>, alias: string) => `${prefix(system)}-${alias}`;
