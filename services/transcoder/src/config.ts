import {
  httpVariables,
  mediaVariables,
  natsVariables,
  parseConfig,
  profileVariables,
  s3Variables,
} from '@rushes/shared/service';
import type { z } from 'zod';

const variables = { ...httpVariables, ...natsVariables, ...s3Variables, ...mediaVariables, ...profileVariables };

export type TranscoderConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable. */
export function parseTranscoderConfig(env: NodeJS.ProcessEnv): TranscoderConfig {
  return parseConfig(variables, env);
}
