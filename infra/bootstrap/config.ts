import { ConfigError, durationSchema, httpVariables, natsVariables, parseConfig } from '@rushes/shared/service';
import { z } from 'zod';

const variables = {
  LOG_LEVEL: httpVariables.LOG_LEVEL,
  ...natsVariables,
  /** Copies of each stream: 1 on one server, 3 on a cluster. */
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  /** A folder in which the log's id is remembered, so that a lost log is noticed even when nothing of it is left. */
  STATE_DIR: z.string().optional(),
  /** Where it is set: the process stays and makes what was lost on NATS again, looking this often. */
  BOOTSTRAP_EVERY: durationSchema.optional(),
  /** How long servers that do not answer yet are asked again. */
  PATIENCE: durationSchema.prefault('60s'),
  S3_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  UPLOADS_BUCKET: z.string().min(3).optional(),
  MEDIA_BUCKET: z.string().min(3).optional(),
  ALLOWED_ORIGINS: z
    .string()
    .prefault('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    ),
  /** The CloudFront distribution that alone may read the media bucket. Without it everybody reads `videos/` of it. */
  CLOUDFRONT_DISTRIBUTION_ARN: z
    .string()
    .regex(
      /^arn:[a-z-]+:cloudfront::\d{12}:distribution\/\w+$/,
      'must be arn:aws:cloudfront::<account>:distribution/<id>',
    )
    .optional(),
  /** The store can put its notifications on the queue by itself, as AWS does: it is told to. */
  ANNOUNCE_UPLOADS: z.enum(['true', 'false']).default('false'),
  SQS_QUEUE_URL: z.url().optional(),
  SQS_ENDPOINT: z.url().optional(),
  MONGODB_URL: z.string().optional(),
  /** Where it is set: a mongod that was started for a replica set of this name and has no members yet is made its first. */
  MONGODB_REPLICA_SET: z.string().min(1).optional(),
};

/** What is prepared: NATS always, the rest where it is named. Durations in milliseconds. */
export interface BootstrapConfig {
  logLevel: string;
  nats: {
    url: string;
    user: string | undefined;
    password: string | undefined;
    credentials: string | undefined;
    replicas: number;
    ackWaitMs: number;
    stateDir: string | undefined;
  };
  buckets: BucketsConfig | undefined;
  queue: QueueConfig | undefined;
  /** Has S3 tell the queue of uploads; then there are buckets and queue. */
  announce: boolean;
  replicaSet: { url: string; name: string } | undefined;
  patienceMs: number;
  everyMs: number | undefined;
}

export interface BucketsConfig {
  endpoint: string;
  region: string;
  uploadsBucket: string;
  mediaBucket: string;
  allowedOrigins: string[];
  distribution: string | undefined;
}

export interface QueueConfig {
  endpoint: string;
  region: string;
  name: string;
}

/** Throws ConfigError that names every wrong variable. */
export function parseBootstrapConfig(env: Record<string, string | undefined>): BootstrapConfig {
  const values = parseConfig(variables, env);
  const { S3_REGION: region, SQS_QUEUE_URL: queueUrl, MONGODB_URL: mongoUrl, MONGODB_REPLICA_SET: setName } = values;
  if (setName !== undefined && mongoUrl === undefined) {
    throw new ConfigError('Wrong configuration in the environment:\n  MONGODB_URL: MONGODB_REPLICA_SET needs it');
  }
  const buckets = bucketsOf(values);
  const announce = values.ANNOUNCE_UPLOADS === 'true';
  if (announce && (buckets === undefined || queueUrl === undefined)) {
    const missing = buckets === undefined ? 'UPLOADS_BUCKET' : 'SQS_QUEUE_URL';
    throw new ConfigError(`Wrong configuration in the environment:\n  ${missing}: ANNOUNCE_UPLOADS needs it`);
  }
  return {
    logLevel: values.LOG_LEVEL,
    nats: {
      url: values.NATS_URL,
      user: values.NATS_USER,
      password: values.NATS_PASSWORD,
      credentials: values.NATS_CREDS,
      replicas: values.NATS_REPLICAS,
      ackWaitMs: values.ACK_WAIT,
      stateDir: values.STATE_DIR,
    },
    buckets,
    queue:
      queueUrl === undefined
        ? undefined
        : {
            endpoint: values.SQS_ENDPOINT ?? new URL(queueUrl).origin,
            region,
            name: queueUrl.slice(queueUrl.lastIndexOf('/') + 1),
          },
    announce,
    replicaSet: setName === undefined || mongoUrl === undefined ? undefined : { url: mongoUrl, name: setName },
    patienceMs: values.PATIENCE,
    everyMs: values.BOOTSTRAP_EVERY,
  };
}

function bucketsOf(values: z.infer<z.ZodObject<typeof variables>>): BucketsConfig | undefined {
  const { UPLOADS_BUCKET: uploadsBucket, MEDIA_BUCKET: mediaBucket, S3_REGION: region } = values;
  if (uploadsBucket === undefined && mediaBucket === undefined) return undefined;
  if (uploadsBucket === undefined || mediaBucket === undefined) {
    const missing = uploadsBucket === undefined ? 'UPLOADS_BUCKET' : 'MEDIA_BUCKET';
    throw new ConfigError(`Wrong configuration in the environment:\n  ${missing}: name both buckets, or neither`);
  }
  const endpoint = values.S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`;
  const { ALLOWED_ORIGINS: allowedOrigins, CLOUDFRONT_DISTRIBUTION_ARN: distribution } = values;
  return { endpoint, region, uploadsBucket, mediaBucket, allowedOrigins, distribution };
}
