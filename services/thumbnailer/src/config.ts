import { httpVariables, mediaVariables, natsVariables, parseConfig, s3Variables } from '@rushes/shared/service';
import type { z } from 'zod';

const variables = { ...httpVariables, ...natsVariables, ...s3Variables, ...mediaVariables };

export type ThumbnailerConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable. */
export function parseThumbnailerConfig(env: NodeJS.ProcessEnv): ThumbnailerConfig {
  return parseConfig(variables, env);
}
