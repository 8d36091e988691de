import { isDeepStrictEqual } from 'node:util';
import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  type QueueConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { UPLOADS_PREFIX } from './identities.ts';
import { allowOnQueue, queueArn, type Statement } from './queue.ts';

/** Names our rule among others of the bucket; S3 puts it into every message as `configurationId`. */
const RULE_ID = 'rushes-uploads';

/**
 * Has a store that can do so (AWS S3) tell the queue of every object that appears under `uploads/`. Safe to repeat; other rules of
 * bucket and queue stay. Throws what the store refuses: it checks that it may send to the queue, which on AWS can take a minute
 * to become true, and it takes no rule whose prefix and events overlap another's.
 */
export async function announceUploads(
  clients: { s3: S3Client; sqs: SQSClient },
  { bucket, queueName }: { bucket: string; queueName: string },
): Promise<void> {
  const arn = await queueArn(clients.sqs, queueName);
  await allowOnQueue(clients.sqs, queueName, mayAnnounce(bucket, arn));
  // The one call replaces all rules of the bucket.
  const { $metadata, ...there } = await clients.s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
  );
  const wanted = withAnnouncement(there, arn);
  if (isDeepStrictEqual(there, wanted)) return;
  await clients.s3.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: bucket, NotificationConfiguration: wanted }),
  );
}

/** Lets S3, for this bucket of this account and for nothing else, send to the queue. */
export function mayAnnounce(bucket: string, arn: string): Statement {
  const [, partition, , , account] = arn.split(':');
  return {
    Sid: `${bucket}-uploads`,
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: {
      ArnEquals: { 'aws:SourceArn': `arn:${partition}:s3:::${bucket}` },
      StringEquals: { 'aws:SourceAccount': account },
    },
  };
}

/** A bucket's rules with ours in them; the same rules where it is there already. Pure. */
export function withAnnouncement(rules: NotificationConfiguration, arn: string): NotificationConfiguration {
  const { QueueConfigurations: all = [] } = rules;
  if (all.some((rule) => rule.Id === RULE_ID && isAnnouncement(rule, arn))) return rules;
  const rule: QueueConfiguration = {
    Id: RULE_ID,
    QueueArn: arn,
    Events: ['s3:ObjectCreated:*'],
    Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: UPLOADS_PREFIX }] } },
  };
  return { ...rules, QueueConfigurations: [...all.filter(({ Id }) => Id !== RULE_ID), rule] };
}

/** S3 answers `Prefix` where `prefix` was set. */
function isAnnouncement({ QueueArn, Events, Filter }: QueueConfiguration, arn: string): boolean {
  const [filter, ...more] = Filter?.Key?.FilterRules ?? [];
  return (
    QueueArn === arn &&
    isDeepStrictEqual(Events, ['s3:ObjectCreated:*']) &&
    filter?.Name?.toLowerCase() === 'prefix' &&
    filter.Value === UPLOADS_PREFIX &&
    more.length === 0
  );
}
