import { z } from 'zod';
import { readProfiles } from '../profiles/index.ts';

/** A wrong environment, with every wrong variable named. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Durations are written `500ms`, `2s`, `15m`, `24h`, `8d`; parsed to milliseconds. */
export const durationSchema = z.string().transform((value, context) => {
  const [, amount, unit] = DURATION.exec(value) ?? [];
  if (amount === undefined || unit === undefined) {
    context.addIssue({ code: 'custom', message: 'must be a duration such as 2s, 15m or 24h' });
    return z.NEVER;
  }
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
});

const portSchema = z.coerce.number().int().min(0).max(65_535);
const flagSchema = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Groups of variables; a service's `config.ts` picks what it needs. Values are named as in the environment. */
export const httpVariables = {
  HOST: z.string().default('127.0.0.1'),
  PORT: portSchema.default(0),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
};
export const natsVariables = {
  NATS_URL: z.string().min(1),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  NATS_CREDS: z.string().optional(),
  ACK_WAIT: durationSchema.prefault('30s'),
};
export const s3Variables = {
  S3_ENDPOINT: z.url().optional(),
  S3_PUBLIC_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_FORCE_PATH_STYLE: flagSchema.prefault('false'),
  UPLOADS_BUCKET: z.string().min(3),
  MEDIA_BUCKET: z.string().min(3),
};
export const mediaVariables = {
  FFMPEG_PATH: z.string().default('ffmpeg'),
  FFPROBE_PATH: z.string().default('ffprobe'),
  SCRATCH_DIR: z.string().min(1),
  SCRATCH_MAX_BYTES: z.coerce.number().int().positive().optional(),
  CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
  /** A media tool that makes no progress for so long is stopped. */
  STALL_TIMEOUT: durationSchema.prefault('2m'),
};

/** `PROFILES_FILE` is parsed to all profiles there are; the built-in ones where it is not set. */
export const profileVariables = {
  PROFILES_FILE: z
    .string()
    .optional()
    .transform((path, context) => {
      try {
        return readProfiles(path);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    }),
};

export type HttpConfig = z.infer<z.ZodObject<typeof httpVariables>>;
export type NatsConfig = z.infer<z.ZodObject<typeof natsVariables>>;
export type S3Config = z.infer<z.ZodObject<typeof s3Variables>>;
export type MediaConfig = z.infer<z.ZodObject<typeof mediaVariables>>;
/** What every service has. */
export type ServiceConfig = HttpConfig & NatsConfig;

/** Parses an environment; empty variables count as not set. Throws ConfigError that names every wrong variable. */
export function parseConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Record<string, string | undefined>,
): z.infer<z.ZodObject<Shape>> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = z.object(shape).safeParse(set);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`Wrong configuration in the environment:\n${problems.join('\n')}`);
}
