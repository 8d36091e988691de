import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { SERVICE_NAMES } from '../nats/index.ts';
import { UPLOADS_BUCKET, UPLOADS_PREFIX } from '../storage/identities.ts';
import type { Layout } from './files.ts';
import type { ProcessSpec } from './processes.ts';
import { answers } from './servers.ts';
import { ROOT } from './tools.ts';

/** Our own processes besides the services: SQS, the notifier and the edge. */
export interface NodeProcess {
  name: string;
  /** Path of its main file in the clone. */
  script: string;
  port: number;
  env: NodeJS.ProcessEnv;
  /** Path that answers 200 once it is ready. */
  readyPath: string;
  graceMs: number;
}

/**
 * A small nursery: an idle service is 114 MB resident instead of 124 (measured), and none makes garbage so fast that it
 * matters. Part of the compile cache's key, so all our processes have the same.
 */
const NODE_FLAGS = ['--max-semi-space-size=1'];

export function nodeSpec(node: NodeProcess, layout: Layout): ProcessSpec {
  return {
    name: node.name,
    command: process.execPath,
    args: [...NODE_FLAGS, join(ROOT, node.script)],
    cwd: ROOT,
    env: {
      ...node.env,
      HOST: '127.0.0.1',
      PORT: String(node.port),
      ...compileCache(layout),
    },
    ready: (signal) => answers(`http://127.0.0.1:${node.port}${node.readyPath}`, signal, 200),
    graceMs: node.graceMs,
  };
}

const SMALL = { graceMs: 2_000 };

export function sqsProcess(port: number, layout: Layout, region: string, env: NodeJS.ProcessEnv): NodeProcess {
  const DATA_DIR = join(layout.data, 'sqs');
  const script = 'infra/embedded/sqs.ts';
  return { name: 'sqs', script, port, env: { ...env, DATA_DIR, AWS_REGION: region }, readyPath: '/health', ...SMALL };
}

export function notifierProcess(
  port: number,
  options: { token: string; region: string; sqsEndpoint: string; queueUrl: string; env: NodeJS.ProcessEnv },
): NodeProcess {
  const env = {
    ...options.env,
    NOTIFIER_TOKEN: options.token,
    BUCKET: UPLOADS_BUCKET,
    PREFIX: UPLOADS_PREFIX,
    AWS_REGION: options.region,
    SQS_ENDPOINT: options.sqsEndpoint,
    SQS_QUEUE_URL: options.queueUrl,
  };
  return { name: 'notifier', script: 'infra/embedded/notifier/main.ts', port, env, readyPath: '/livez', ...SMALL };
}

export function edgeProcess(
  port: number,
  options: {
    origin: string;
    services: Record<string, string>;
    s3Endpoint: string;
    mediaBucket: string;
    publicS3: string;
    cdnBaseUrl: string;
    env: NodeJS.ProcessEnv;
  },
): NodeProcess {
  const env = {
    ...options.env,
    ORIGIN: options.origin,
    UPLOAD_API_URL: options.services['upload-api'],
    S3_EVENT_INGEST_URL: options.services['s3-event-ingest'],
    CATALOG_URL: options.services.catalog,
    S3_ENDPOINT: options.s3Endpoint,
    MEDIA_BUCKET: options.mediaBucket,
    S3_PUBLIC_ENDPOINT: options.publicS3,
    CDN_BASE_URL: options.cdnBaseUrl,
    WEB_ROOT: join(ROOT, 'web/dist'),
  };
  return { name: 'edge', script: 'infra/edge/main.ts', port, env, readyPath: '/livez', ...SMALL };
}

/** Where Node keeps compiled code, types stripped: a later start is quicker, and a process 20 MB smaller without the stripper. */
function compileCache(layout: Layout) {
  return { NODE_COMPILE_CACHE: join(layout.cache, 'node') };
}

/**
 * Compiles the code of all our processes once, before they start side by side and each would do it for itself. Every main
 * file is run in an empty environment, in which it finds its configuration missing and ends.
 */
export async function fillCompileCache(layout: Layout): Promise<void> {
  const modules = [...SERVICE_NAMES.map((name) => `services/${name}/src/main.ts`), 'infra/edge/main.ts'];
  const urls = modules.map((path) => pathToFileURL(join(ROOT, path)).href);
  const code = `for (const url of ${JSON.stringify(urls)}) await import(url).catch(() => undefined); process.exit(0)`;
  const args = [...NODE_FLAGS, '--input-type=module', '--eval', code];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env: compileCache(layout) });
}
