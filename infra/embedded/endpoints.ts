import { SERVICE_NAMES, type ServiceName } from '../nats/index.ts';
import { type Layout, writeJson } from './files.ts';
import type { RunningProcess } from './processes.ts';
import type { Secrets } from './secrets.ts';
import type { Targets } from './targets.ts';

const SERVERS = ['nats', 'mongod', 's3', 'sqs', 'edge'] as const;
type ServerName = (typeof SERVERS)[number];

/** `RUSHES_HOME/endpoints.json`: everything a test or tool needs to reach a running Rushes. A server given from outside has no entry in `servers`. */
export interface Endpoints {
  origin: string;
  media: string;
  scratch: string;
  s3: {
    endpoint: string;
    region: string;
    accessKeyId: string;
    secretAccessKey: string;
    uploadsBucket: string;
    mediaBucket: string;
  };
  /** The user `subscriber`. */
  nats: { url: string; user: string; password: string };
  sqs: { endpoint: string; queueUrl: string; accessKeyId: string; secretAccessKey: string };
  mongodb: { url: string };
  webhook: { token: string };
  services: Record<ServiceName, { url: string; pid: number }>;
  servers: Partial<Record<ServerName, { pid: number; port: number }>>;
}

export interface EndpointsDeps {
  layout: Layout;
  targets: Targets;
  secrets: Secrets;
  ports: Record<string, number>;
}

/** Pids of processes that are just being restarted are the last ones known. */
export function describeEndpoints(deps: EndpointsDeps, pids: ReadonlyMap<string, number>): Endpoints {
  const { layout, targets, ports } = deps;
  const { s3, sqs, nats } = targets;
  const admin = s3.keysOf('admin');
  const port = (name: string) => ports[name] ?? 0;
  const servers = SERVERS.flatMap((name) => {
    const pid = pids.get(name);
    return pid === undefined ? [] : [[name, { pid, port: port(name) }] as const];
  });
  const subscriber = nats.variablesOf('subscriber');
  const services = SERVICE_NAMES.map(
    (name) => [name, { url: `http://127.0.0.1:${port(name)}`, pid: pids.get(name) ?? 0 }] as const,
  );
  return {
    origin: targets.origin,
    media: `${targets.origin}/media`,
    scratch: layout.scratch,
    s3: {
      endpoint: s3.endpoint,
      region: s3.region,
      accessKeyId: admin?.accessKeyId ?? '',
      secretAccessKey: admin?.secretAccessKey ?? '',
      uploadsBucket: s3.uploadsBucket,
      mediaBucket: s3.mediaBucket,
    },
    nats: { url: nats.url, user: subscriber.NATS_USER ?? '', password: subscriber.NATS_PASSWORD ?? '' },
    sqs: {
      endpoint: sqs.endpoint,
      queueUrl: sqs.queueUrl,
      accessKeyId: sqs.keys?.accessKeyId ?? '',
      secretAccessKey: sqs.keys?.secretAccessKey ?? '',
    },
    mongodb: { url: targets.mongodb.url },
    webhook: { token: targets.webhookToken },
    services: Object.fromEntries(services) as Endpoints['services'],
    servers: Object.fromEntries(servers),
  };
}

/** Writes endpoints.json (mode 0600, in one step) and keeps the pids in it true. */
export function createEndpointsFile(deps: EndpointsDeps) {
  const pids = new Map<string, number>();
  let last = '';
  return {
    update(running: readonly RunningProcess[]) {
      for (const { name, pid } of running) pids.set(name, pid);
      const endpoints = describeEndpoints(deps, pids);
      const text = JSON.stringify(endpoints);
      if (text !== last) writeJson(deps.layout.endpoints, endpoints);
      last = text;
    },
  };
}
