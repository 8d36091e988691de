import { ConfigError, httpVariables, natsVariables, parseConfig, s3Variables } from '@rushes/shared/service';
import { z } from 'zod';

const variables = {
  ...httpVariables,
  ...natsVariables,
  ...s3Variables,
  /** The queue that the uploads bucket's notifications go to. */
  SQS_QUEUE_URL: z.url().optional(),
  /** Where the queue's server is, if not at the queue's own address. */
  SQS_ENDPOINT: z.url().optional(),
  /** Lets a store in that posts its notifications. */
  S3_WEBHOOK_TOKEN: z.string().min(1).optional(),
};

export type IngestConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable; with neither queue nor webhook no upload would ever be noticed. */
export function parseIngestConfig(env: Record<string, string | undefined>): IngestConfig {
  const config = parseConfig(variables, env);
  if (config.SQS_QUEUE_URL === undefined && config.S3_WEBHOOK_TOKEN === undefined) {
    throw new ConfigError(
      'Wrong configuration in the environment:\n  SQS_QUEUE_URL: set it, or S3_WEBHOOK_TOKEN for stores that post their notifications',
    );
  }
  return config;
}
