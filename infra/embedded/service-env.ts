import { join } from 'node:path';
import type { ServiceName } from '../nats/index.ts';
import type { S3Keys, S3ServiceName } from '../storage/identities.ts';
import type { Settings } from './settings.ts';
import { given, type Targets } from './targets.ts';
import type { Tools } from './tools.ts';

export interface ServiceEnvDeps {
  settings: Settings;
  targets: Targets;
  tools: Tools;
  scratchDir: string;
  /** The environment of `npm start`. */
  env: NodeJS.ProcessEnv;
}

/** Names of which a service gets only its own: addresses, identities and secrets; and what belongs to npm or to us. */
const OWNED =
  /^(NATS|AWS|S3|SQS|MONGODB|RUSHES|npm)_|^(API_KEYS_FILE|PLAYBACK_SIGNING_KEY|HOST|PORT|INIT_CWD)$|^NODE_CHANNEL_/;

/** What is set in the environment of `npm start` and is nobody's secret. */
export function openEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OWNED.test(name)));
}

/**
 * Names of what configures Rushes and is set outside. The rest of a shell's environment may hold anything, also secrets that
 * are none of ours, and is not written to files.
 */
const CONFIGURES =
  /^(ACK_WAIT|CONCURRENCY|FFMPEG_PATH|FFPROBE_PATH|GENERATION_GRACE|LOG_LEVEL|MAX_UPLOAD_BYTES|PIECES|PROFILES_FILE|QUALITY|RECONCILE_INTERVAL|SCRATCH_MAX_BYTES|STALL_TIMEOUT|STUCK_AFTER|UPLOAD_TTL|UPLOAD_URL_TTL|OTEL_\w+)$/;

/** What a service is given beyond the shell's own: all that it takes to run it, or a tool in its name, by hand. */
export function ownEnvironment(service: ServiceName, deps: ServiceEnvDeps): NodeJS.ProcessEnv {
  const open = openEnvironment(deps.env);
  const all = Object.entries(serviceEnvironment(service, deps));
  return Object.fromEntries(all.filter(([name, value]) => CONFIGURES.test(name) || open[name] !== value));
}

/** What the administrator's tools need: backup, restore, repair. */
export function adminEnvironment({ targets, env }: ServiceEnvDeps): NodeJS.ProcessEnv {
  const { nats, s3 } = targets;
  return {
    NATS_URL: nats.url,
    ...nats.variablesOf('admin'),
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_FORCE_PATH_STYLE: env.S3_FORCE_PATH_STYLE || 'true',
    UPLOADS_BUCKET: s3.uploadsBucket,
    MEDIA_BUCKET: s3.mediaBucket,
    ...keyVariables(s3.keysOf('admin')),
  };
}

/** The whole environment of one service: what was set outside, and of the rest no more than it needs. */
export function serviceEnvironment(service: ServiceName, deps: ServiceEnvDeps): NodeJS.ProcessEnv {
  const { settings, targets, env } = deps;
  return {
    ...openEnvironment(env),
    NATS_URL: targets.nats.url,
    ...targets.nats.variablesOf(service),
    CDN_BASE_URL: cdnBaseUrl(settings, targets),
    ALLOWED_ORIGINS: allowedOrigins(settings, targets.origin).join(','),
    ...OWN_VARIABLES[service](deps),
  };
}

const OWN_VARIABLES: Record<ServiceName, (deps: ServiceEnvDeps) => NodeJS.ProcessEnv> = {
  'upload-api': (deps) => ({ ...s3Variables('upload-api', deps), ...given({ API_KEYS_FILE: deps.env.API_KEYS_FILE }) }),
  's3-event-ingest': (deps) => ({
    ...s3Variables('s3-event-ingest', deps),
    SQS_QUEUE_URL: deps.targets.sqs.queueUrl,
    SQS_ENDPOINT: deps.targets.sqs.endpoint,
    S3_WEBHOOK_TOKEN: deps.targets.webhookToken,
    RECONCILE_INTERVAL: deps.env.RECONCILE_INTERVAL || '60s',
  }),
  transcoder: (deps) => ({ ...s3Variables('transcoder', deps), ...mediaVariables('transcoder', deps) }),
  thumbnailer: (deps) => ({ ...s3Variables('thumbnailer', deps), ...mediaVariables('thumbnailer', deps) }),
  packager: (deps) => ({ ...s3Variables('packager', deps), ...mediaVariables('packager', deps) }),
  catalog: (deps) => ({
    MONGODB_URL: deps.targets.mongodb.url,
    ...given({ API_KEYS_FILE: deps.env.API_KEYS_FILE }),
  }),
};

function s3Variables(service: S3ServiceName, { targets, env }: ServiceEnvDeps): NodeJS.ProcessEnv {
  const { s3 } = targets;
  return {
    ...(s3.embedded ? {} : outsideAws(env)),
    S3_ENDPOINT: s3.endpoint,
    S3_PUBLIC_ENDPOINT: publicS3(env, targets),
    S3_REGION: s3.region,
    AWS_REGION: s3.region,
    // Stores at an address of their own are asked by path; AWS by host name.
    S3_FORCE_PATH_STYLE: env.S3_FORCE_PATH_STYLE || 'true',
    UPLOADS_BUCKET: s3.uploadsBucket,
    MEDIA_BUCKET: s3.mediaBucket,
    ...keyVariables(s3.keysOf(service)),
  };
}

export function keyVariables(keys: S3Keys | undefined): Record<string, string> {
  if (keys === undefined) return {};
  return { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey };
}

/** Profiles, session tokens, roles: whatever the AWS SDK looks for. */
export function outsideAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('AWS_')));
}

function mediaVariables(service: ServiceName, { tools, scratchDir }: ServiceEnvDeps): NodeJS.ProcessEnv {
  return { FFMPEG_PATH: tools.ffmpeg, FFPROBE_PATH: tools.ffprobe, SCRATCH_DIR: join(scratchDir, service) };
}

/** What object keys are appended to. */
export function cdnBaseUrl(settings: Settings, { origin }: Targets): string {
  return settings.CDN_BASE_URL ?? `${origin}/media`;
}

/** Where browsers reach the object store. */
export function publicS3(env: NodeJS.ProcessEnv, { s3 }: Targets): string {
  return env.S3_PUBLIC_ENDPOINT || s3.endpoint;
}

/** Whose pages may upload: the edge under both names of this machine, and what was set. */
export function allowedOrigins(settings: Settings, origin: string): string[] {
  const set = (settings.ALLOWED_ORIGINS ?? '').split(',').map((each) => each.trim());
  return [...new Set([origin, origin.replace('127.0.0.1', 'localhost'), ...set])].filter((each) => each !== '');
}
