import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { durationSchema } from '@rushes/shared/service';
import { z } from 'zod';
import { SERVICE_NAMES, type ServiceName } from '../nats/index.ts';
import { SetupError } from './install.mjs';
import { ROOT } from './tools.ts';

const portSchema = z.coerce.number().int().min(1).max(65_535).optional();
const variables = z.object({
  RUSHES_HOME: z.string().default(`${ROOT}/.rushes`),
  RUSHES_PORT: portSchema,
  RUSHES_S3_PORT: portSchema,
  RUSHES_NATS_PORT: portSchema,
  RUSHES_MONGO_PORT: portSchema,
  RUSHES_SQS_PORT: portSchema,
  NATS_URL: z.string().optional(),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  NATS_CREDS: z.string().optional(),
  MONGODB_URL: z.string().optional(),
  S3_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  UPLOADS_BUCKET: z.string().optional(),
  MEDIA_BUCKET: z.string().optional(),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  SQS_QUEUE_URL: z.url().optional(),
  SQS_ENDPOINT: z.url().optional(),
  ACK_WAIT: durationSchema.prefault('30s'),
  ALLOWED_ORIGINS: z.string().optional(),
  CDN_BASE_URL: z.url().optional(),
  S3_WEBHOOK_TOKEN: z.string().optional(),
});

/** The environment of `npm start` as far as it is understood here; all of it reaches the services. */
export type Settings = z.infer<typeof variables> & Arguments;

interface Arguments {
  reset: boolean;
  /** Services that somebody runs by hand, e.g. in a debugger. */
  without: ServiceName[];
}

/** Throws SetupError that names every wrong variable or argument. */
export function parseSettings(env: NodeJS.ProcessEnv, args: string[]): Settings {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = variables.safeParse(set);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new SetupError(`Wrong configuration in the environment: ${problems.join('; ')}`);
  }
  return { ...result.data, RUSHES_HOME: resolve(result.data.RUSHES_HOME), ...parseArguments(args) };
}

function parseArguments(args: string[]): Arguments {
  const known = { reset: { type: 'boolean', default: false }, without: { type: 'string', default: '' } } as const;
  try {
    const { reset, without } = parseArgs({ args, options: known }).values;
    const names = without.split(',').filter((name) => name !== '');
    return { reset, without: z.array(z.enum(SERVICE_NAMES)).parse(names) };
  } catch (error) {
    if (error instanceof z.ZodError) {
      throw new SetupError(`--without names services by commas: ${SERVICE_NAMES.join(', ')}; not "${args.join(' ')}".`);
    }
    throw new SetupError(`${error instanceof Error ? error.message : error} (known: --reset, --without)`);
  }
}
