import {
  ConfigError,
  durationSchema,
  httpVariables,
  natsVariables,
  parseConfig,
  s3Variables,
} from '@rushes/shared/service';
import { z } from 'zod';

const SECOND_MS = 1_000;
const atLeastASecond = (ms: number) => ms >= SECOND_MS;

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
  /** How often a page of what may have been missed is looked at. */
  RECONCILE_INTERVAL: durationSchema.prefault('60s').refine(atLeastASecond, 'must be at least 1s'),
  /** A generation of which nothing was heard for so long is asked for once more. */
  STUCK_AFTER: durationSchema.prefault('1h').refine(atLeastASecond, 'must be at least 1s'),
};

export type IngestConfig = z.infer<z.ZodObject<typeof variables>>;

/** Throws ConfigError that names every wrong variable; with neither queue nor webhook uploads would be noticed late. */
export function parseIngestConfig(env: Record<string, string | undefined>): IngestConfig {
  const config = parseConfig(variables, env);
  if (config.SQS_QUEUE_URL === undefined && config.S3_WEBHOOK_TOKEN === undefined) {
    throw new ConfigError(
      'Wrong configuration in the environment:\n  SQS_QUEUE_URL: set it, or S3_WEBHOOK_TOKEN for stores that post their notifications',
    );
  }
  return config;
}
