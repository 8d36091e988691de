import { httpVariables, mediaVariables, natsVariables, parseConfig, s3Variables } from '@rushes/shared/service';
import type { z } from 'zod';

const variables = { ...httpVariables, ...natsVariables, ...s3Variables, ...mediaVariables };

export type TranscoderConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable. */
export function parseTranscoderConfig(env: NodeJS.ProcessEnv): TranscoderConfig {
  return parseConfig(variables, env);
}
