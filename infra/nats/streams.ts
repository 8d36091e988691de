import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from 'nats';
import type { Bucket } from './table.ts';

const HOUR_NS = 3_600_000_000_000;

/** `allow_msg_ttl`: messages may carry a time to live (server ≥ 2.11); the client's type does not know it yet. */
export type StreamDefinition = Partial<StreamConfig> &
  Pick<StreamConfig, 'name' | 'subjects'> & { allow_msg_ttl?: boolean };

/**
 * The log. It refuses deletion and purging, keeps everything, and republishes each event as `video.<verb>`, so that a plain
 * subscriber of `video.*` needs no JetStream.
 */
export function videoStream(replicas: number, logId: string): StreamDefinition {
  return {
    name: 'VIDEO',
    description: 'The log of every video. The truth of Rushes.',
    subjects: ['video.*.*'],
    republish: { src: 'video.*.*', dest: 'video.{{wildcard(1)}}' },
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    deny_delete: true,
    deny_purge: true,
    storage: StorageType.File,
    allow_direct: true,
    num_replicas: replicas,
    metadata: { logId },
  };
}

/** Streams that may be lost without losing a video. */
export function helperStreams(replicas: number): StreamDefinition[] {
  return [
    {
      name: 'PROGRESS',
      description: 'The last progress of each stage. Not history.',
      subjects: ['progress.*.*'],
      storage: StorageType.Memory,
      max_msgs_per_subject: 1,
      max_age: HOUR_NS,
      // Memory of one node: progress is not worth three.
      num_replicas: 1,
    },
    {
      name: 'SEGMENTS',
      description: 'Which segments exist while a video is being encoded. A hand-off, not history.',
      subjects: ['segment.*'],
      storage: StorageType.File,
      max_msgs_per_subject: 1,
      max_age: 24 * HOUR_NS,
      num_replicas: replicas,
    },
    {
      name: 'RETRIES',
      description: 'Jobs that a stage is asked for once more. Taken ones leave it.',
      subjects: ['retry.*.*'],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      max_msgs_per_subject: 1,
      max_age: 24 * HOUR_NS,
      num_replicas: replicas,
    },
    {
      name: 'PIECES',
      description: 'Pieces of videos that several transcoders encode together. Taken ones leave it.',
      subjects: ['piece.*.*.*'],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      max_msgs_per_subject: 1,
      max_age: 24 * HOUR_NS,
      num_replicas: replicas,
    },
    bucketStream('CLAIMS', replicas, 0),
    bucketStream('IDEMPOTENCY', replicas, 24 * HOUR_NS),
    pagedBucketStream('OPEN_VIDEOS', replicas),
    pagedBucketStream('DEAD_LETTERS', replicas),
  ];
}

/** A key-value bucket as its stream. Reads go to the leader (`allow_direct: false`): a stale claim would be taken twice. */
function bucketStream(bucket: Bucket, replicas: number, maxAge: number): StreamDefinition {
  return {
    name: `KV_${bucket}`,
    subjects: [`$KV.${bucket}.>`],
    storage: StorageType.File,
    max_msgs_per_subject: 1,
    max_age: maxAge,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: true,
    deny_delete: true,
    allow_direct: false,
    // The markers of removed keys go by themselves, or one for each video there ever was would stay.
    allow_msg_ttl: true,
    num_replicas: replicas,
  };
}

/** A bucket that is read page by page: batched direct gets may lag, so its entries are hints, weighed against the log. */
function pagedBucketStream(bucket: Bucket, replicas: number): StreamDefinition {
  return { ...bucketStream(bucket, replicas, 0), allow_direct: true };
}
