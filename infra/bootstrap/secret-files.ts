import type { Secrets } from '../embedded/secrets.ts';
import { natsServerConfig, SERVICE_NAMES, type ServiceName } from '../nats/index.ts';
import { seaweedNotification } from '../storage/announcements.ts';
import { S3_SERVICES, type S3Keys, seaweedIdentities } from '../storage/identities.ts';

export interface SecretFilesOptions {
  natsPort: number;
  natsStoreDir: string;
  /** Address of the notifier as the object store reaches it. */
  notifierUrl: string;
}

/**
 * The files that hold secrets, by `<container>/<file>`: each container is given its own folder and no other. `rushes.env` is read by
 * Node itself (`--env-file`), so that no secret is in a container's description.
 */
export function secretFiles(secrets: Secrets, options: SecretFilesOptions): Map<string, string> {
  const { natsPort: port, natsStoreDir: storeDir } = options;
  const nats = { host: '0.0.0.0', port, storeDir, serverName: 'rushes', passwords: secrets.nats };
  const files = new Map<string, string>([
    ['nats/nats.conf', natsServerConfig(nats)],
    ['s3/s3.json', seaweedIdentities(secrets.s3)],
    ['s3/notification.toml', seaweedNotification(options.notifierUrl, secrets.notifierToken)],
    ['notifier/rushes.env', environment({ NOTIFIER_TOKEN: secrets.notifierToken, ...awsKeys(secrets.sqs) })],
    ['bootstrap/rushes.env', environment({ ...natsUser('admin', secrets), ...awsKeys(secrets.s3.admin) })],
    ['subscriber/rushes.env', environment(natsUser('subscriber', secrets))],
  ]);
  for (const name of SERVICE_NAMES) files.set(`${name}/rushes.env`, environment(ofService(name, secrets)));
  return files;
}

function ofService(name: ServiceName, secrets: Secrets): Record<string, string> {
  const s3 = S3_SERVICES.find((each) => each === name);
  return {
    ...natsUser(name, secrets),
    ...(s3 === undefined ? {} : awsKeys(secrets.s3[s3])),
    ...(name === 's3-event-ingest' ? { S3_WEBHOOK_TOKEN: secrets.webhookToken } : {}),
  };
}

function natsUser(user: keyof Secrets['nats'], secrets: Secrets): Record<string, string> {
  return { NATS_USER: user, NATS_PASSWORD: secrets.nats[user] };
}

function awsKeys({ accessKeyId, secretAccessKey }: S3Keys): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

/** As `node --env-file` reads it. Throws for a value that the format, which knows no escapes, cannot hold. */
function environment(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (/["\n]/.test(value)) throw new Error(`${name} holds a quotation mark or a line break; choose another value.`);
      return `${name}="${value}"\n`;
    })
    .join('');
}
