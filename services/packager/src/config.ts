import {
  durationSchema,
  httpVariables,
  mediaVariables,
  natsVariables,
  parseConfig,
  s3Variables,
} from '@rushes/shared/service';
import type { z } from 'zod';

const variables = {
  ...httpVariables,
  ...natsVariables,
  ...s3Variables,
  ...mediaVariables,
  /** How long the media of a generation stay after a newer one is ready: players may still be on them. */
  GENERATION_GRACE: durationSchema.prefault('24h'),
};

export type PackagerConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable. */
export function parsePackagerConfig(env: NodeJS.ProcessEnv): PackagerConfig {
  return parseConfig(variables, env);
}
