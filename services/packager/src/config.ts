import { httpVariables, mediaVariables, natsVariables, parseConfig, s3Variables } from '@rushes/shared/service';
import type { z } from 'zod';

const variables = { ...httpVariables, ...natsVariables, ...s3Variables, ...mediaVariables };

export type PackagerConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable. */
export function parsePackagerConfig(env: NodeJS.ProcessEnv): PackagerConfig {
  return parseConfig(variables, env);
}
