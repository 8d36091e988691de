import {
  httpVariables,
  mediaVariables,
  natsVariables,
  parseConfig,
  profileVariables,
  s3Variables,
} from '@rushes/shared/service';
import { z } from 'zod';
import { QUALITIES } from './ports.ts';

const variables = {
  ...httpVariables,
  ...natsVariables,
  ...s3Variables,
  ...mediaVariables,
  ...profileVariables,
  /** `vmaf`: each rendition is compared with the source after its encode. */
  QUALITY: z.enum(QUALITIES).default('none'),
  /** Workers that share one long video at most; 1: none is shared. */
  PIECES: z.coerce.number().int().min(1).max(16).default(1),
};

export type TranscoderConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable. */
export function parseTranscoderConfig(env: NodeJS.ProcessEnv): TranscoderConfig {
  return parseConfig(variables, env);
}
