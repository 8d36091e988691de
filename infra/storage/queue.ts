import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { S3Keys } from './identities.ts';

export const UPLOADS_QUEUE = 'rushes-uploads';

export interface SqsTarget {
  endpoint: string;
  region: string;
  keys?: S3Keys | undefined;
}

export function sqsClient({ endpoint, region, keys }: SqsTarget): SQSClient {
  return new SQSClient({ endpoint, region, ...(keys === undefined ? {} : { credentials: keys }) });
}

/**
 * Seconds. Visibility: a message whose reader died is seen again after it. Retention: SQS's longest, so that an outage of
 * the log loses no notification.
 */
const ATTRIBUTES = { VisibilityTimeout: '60', MessageRetentionPeriod: '1209600' };

/** Makes the queue of S3 notifications where it is missing and sets its times; safe to repeat. */
export async function bootstrapQueue(client: SQSClient, queueName: string): Promise<void> {
  try {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queueName }));
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: ATTRIBUTES }));
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    await client.send(new CreateQueueCommand({ QueueName: queueName, Attributes: ATTRIBUTES }));
  }
}
