import { httpVariables, natsVariables, parseConfig } from '@rushes/shared/service';
import { z } from 'zod';

const variables = {
  ...httpVariables,
  ...natsVariables,
  MONGODB_URL: z.string().regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://'),
  /** What object keys are appended to; a change makes the read model be built anew. */
  CDN_BASE_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  /** Origins of browsers that may read, separated by commas; `*` for all. None: only our own origin. */
  ALLOWED_ORIGINS: z
    .string()
    .prefault('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim().replace(/\/$/, ''))
        .filter((origin) => origin !== ''),
    ),
};

export type CatalogConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable. */
export function parseCatalogConfig(env: Record<string, string | undefined>): CatalogConfig {
  return parseConfig(variables, env);
}
