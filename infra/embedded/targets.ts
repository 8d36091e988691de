import type { UserName } from '../nats/index.ts';
import { MEDIA_BUCKET, type S3IdentityName, type S3Keys, UPLOADS_BUCKET } from '../storage/identities.ts';
import { UPLOADS_QUEUE } from '../storage/queue.ts';
import { mongoUrl } from './mongo.ts';
import type { Secrets } from './secrets.ts';
import { portOf } from './servers.ts';
import type { Settings } from './settings.ts';

/** Where everything that services talk to is: a server of ours, or the one given from outside. */
export interface Targets {
  origin: string;
  nats: { embedded: boolean; url: string; variablesOf(user: UserName): Record<string, string> };
  s3: {
    embedded: boolean;
    endpoint: string;
    region: string;
    uploadsBucket: string;
    mediaBucket: string;
    /** Undefined: the AWS SDK's own search finds them. */
    keysOf(identity: S3IdentityName): S3Keys | undefined;
  };
  sqs: { embedded: boolean; endpoint: string; queueUrl: string; keys: S3Keys | undefined };
  mongodb: { embedded: boolean; url: string };
  webhookToken: string;
}

/** fauxqs finds a queue by its name alone, whatever the account. */
const ACCOUNT = '000000000000';

export function chooseTargets(settings: Settings, secrets: Secrets, ports: Record<string, number>): Targets {
  const outside = outsideKeys(settings);
  const sqsEndpoint = `http://127.0.0.1:${portOf(ports, 'sqs')}`;
  return {
    origin: `http://127.0.0.1:${portOf(ports, 'edge')}`,
    nats: {
      embedded: settings.NATS_URL === undefined,
      url: settings.NATS_URL ?? `nats://127.0.0.1:${portOf(ports, 'nats')}`,
      variablesOf: (user) =>
        settings.NATS_URL === undefined
          ? { NATS_USER: user, NATS_PASSWORD: secrets.nats[user] }
          : given({
              NATS_USER: settings.NATS_USER,
              NATS_PASSWORD: settings.NATS_PASSWORD,
              NATS_CREDS: settings.NATS_CREDS,
            }),
    },
    s3: {
      embedded: settings.S3_ENDPOINT === undefined,
      endpoint: settings.S3_ENDPOINT ?? `http://127.0.0.1:${portOf(ports, 's3')}`,
      region: settings.S3_REGION,
      uploadsBucket: settings.S3_ENDPOINT === undefined ? UPLOADS_BUCKET : (settings.UPLOADS_BUCKET ?? UPLOADS_BUCKET),
      mediaBucket: settings.S3_ENDPOINT === undefined ? MEDIA_BUCKET : (settings.MEDIA_BUCKET ?? MEDIA_BUCKET),
      keysOf: (identity) => (settings.S3_ENDPOINT === undefined ? secrets.s3[identity] : outside),
    },
    sqs: {
      embedded: settings.SQS_QUEUE_URL === undefined,
      endpoint:
        settings.SQS_QUEUE_URL === undefined
          ? sqsEndpoint
          : (settings.SQS_ENDPOINT ?? new URL(settings.SQS_QUEUE_URL).origin),
      queueUrl: settings.SQS_QUEUE_URL ?? `${sqsEndpoint}/${ACCOUNT}/${UPLOADS_QUEUE}`,
      keys: settings.SQS_QUEUE_URL === undefined ? secrets.sqs : outside,
    },
    mongodb: {
      embedded: settings.MONGODB_URL === undefined,
      url: settings.MONGODB_URL ?? mongoUrl(portOf(ports, 'mongod')),
    },
    webhookToken: settings.S3_WEBHOOK_TOKEN ?? secrets.webhookToken,
  };
}

function outsideKeys({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }: Settings): S3Keys | undefined {
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) return undefined;
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
}

/** Only what is set. */
export function given(variables: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
