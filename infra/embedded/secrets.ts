import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Passwords, USER_NAMES, type UserName } from '../nats/index.ts';
import { S3_SERVICES, type S3IdentityName, type S3Keys } from '../storage/identities.ts';
import { type Layout, readJson, writeJson } from './files.ts';

export interface Secrets {
  nats: Passwords;
  s3: Record<S3IdentityName, S3Keys>;
  sqs: S3Keys;
  webhookToken: string;
  notifierToken: string;
  /** SeaweedFS's own: without them any local process could write past the S3 rights. */
  seaweed: { write: string; read: string; filerWrite: string; filerRead: string };
}

const stored = z.record(z.string(), z.string());
const S3_IDENTITIES: readonly S3IdentityName[] = ['admin', ...S3_SERVICES];

/** The passwords and keys of this home, made at random the first time and kept in `secrets.json` (mode 0600). */
export function loadSecrets(layout: Layout): Secrets {
  const known = readJson(layout.secrets, stored) ?? {};
  const values: Record<string, string> = { ...known };
  const secret = (name: string) => {
    const value = values[name] ?? randomBytes(24).toString('base64url');
    values[name] = value;
    return value;
  };
  const keys = (name: string): S3Keys => {
    const accessKeyId = values[`${name}.id`] ?? `RUSHES${randomBytes(7).toString('hex').toUpperCase()}`;
    values[`${name}.id`] = accessKeyId;
    return { accessKeyId, secretAccessKey: secret(`${name}.secret`) };
  };
  const secrets: Secrets = {
    nats: byName<UserName, string>(USER_NAMES, (user) => secret(`nats.${user}`)),
    s3: byName<S3IdentityName, S3Keys>(S3_IDENTITIES, (name) => keys(`s3.${name}`)),
    sqs: keys('sqs'),
    webhookToken: secret('webhook'),
    notifierToken: secret('notifier'),
    seaweed: {
      write: secret('seaweed.write'),
      read: secret('seaweed.read'),
      filerWrite: secret('seaweed.filerWrite'),
      filerRead: secret('seaweed.filerRead'),
    },
  };
  if (Object.keys(values).length !== Object.keys(known).length) writeJson(layout.secrets, values);
  return secrets;
}

function byName<Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
