import { isDeepStrictEqual } from 'node:util';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
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

/** A statement of a policy; others of the same `Sid` are its earlier forms. */
export interface Statement {
  Sid: string;
  [part: string]: unknown;
}

/** The queue as AWS names it, `arn:aws:sqs:<region>:<account>:<name>`. Throws QueueDoesNotExist. */
export async function queueArn(client: SQSClient, queueName: string): Promise<string> {
  const { arn } = await readQueue(client, queueName);
  return arn;
}

/** Adds a statement to the policy of a queue, or brings it up to date; others stay. Safe to repeat. Throws QueueDoesNotExist. */
export async function allowOnQueue(client: SQSClient, queueName: string, statement: Statement): Promise<void> {
  const { url, policy } = await readQueue(client, queueName);
  const Policy = withStatement(policy, statement);
  if (Policy === policy) return;
  await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
}

async function readQueue(client: SQSClient, queueName: string) {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queueName }));
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn', 'Policy'] }),
  );
  return { url: QueueUrl, arn: Attributes.QueueArn ?? '', policy: Attributes.Policy };
}

/** The text of a policy with this statement in it; the same text where it has it already. Pure. */
export function withStatement(policy: string | undefined, statement: Statement): string {
  const { Statement: all = [], ...rest } = policy ? (JSON.parse(policy) as { Statement?: Statement[] }) : {};
  if (policy && all.some((each) => isDeepStrictEqual(each, statement))) return policy;
  const others = all.filter(({ Sid }) => Sid !== statement.Sid);
  return JSON.stringify({ Version: '2012-10-17', ...rest, Statement: [...others, statement] });
}
