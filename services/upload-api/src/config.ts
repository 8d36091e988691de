import { LIMITS } from '@rushes/shared/http';
import {
  durationSchema,
  httpVariables,
  natsVariables,
  parseConfig,
  profileVariables,
  s3Variables,
} from '@rushes/shared/service';
import { z } from 'zod';

const SECOND_MS = 1_000;
/** A SigV4 link works for at most seven days. */
const MAX_URL_TTL_MS = 7 * 24 * 60 * 60 * SECOND_MS;

/** A comma list of origins (`https://studio.example`), or `*`. */
const originsSchema = z.string().transform((list, context) => {
  const origins = list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  for (const origin of origins) {
    if (origin !== '*' && !isOrigin(origin)) {
      context.addIssue({
        code: 'custom',
        message: `"${origin}" must be an origin such as https://studio.example, or *`,
      });
    }
  }
  return origins;
});

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const variables = {
  ...httpVariables,
  ...natsVariables,
  ...s3Variables,
  ...profileVariables,
  CDN_BASE_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
  ALLOWED_ORIGINS: originsSchema.prefault(''),
  /** How long an upload stays open; restarted by renew. */
  UPLOAD_TTL: durationSchema.prefault('24h').refine((ms) => ms >= SECOND_MS, 'must be at least 1s'),
  /** How long one presigned link works. */
  UPLOAD_URL_TTL: durationSchema
    .prefault('1h')
    .refine((ms) => ms >= SECOND_MS && ms <= MAX_URL_TTL_MS, 'must be between 1s and 7d'),
  /** Where it is set: uploads are looked for that have run out of time no less often than that. */
  RECONCILE_INTERVAL: durationSchema.refine((ms) => ms >= SECOND_MS, 'must be at least 1s').optional(),
  MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.objectBytes)
    .default(50 * 1024 ** 3),
};

export type UploadApiConfig = z.infer<z.ZodObject<typeof variables>>;

/** Durations in milliseconds, sizes in bytes. Throws ConfigError that names every wrong variable. */
export function parseUploadApiConfig(env: Record<string, string | undefined>): UploadApiConfig {
  return parseConfig(variables, env);
}
