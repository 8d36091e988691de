import { z } from 'zod';

/** What SeaweedFS's filer posts for a changed entry; only what is needed here, the rest is let through. */
const filerEventSchema = z.looseObject({
  event_type: z.string(),
  key: z.string(),
  message: z.looseObject({
    new_parent_path: z.string().optional(),
    new_entry: z
      .looseObject({
        name: z.string(),
        is_directory: z.boolean().optional(),
        attributes: z.looseObject({ file_size: z.number().optional(), mtime: z.number().optional() }).optional(),
        /** Values are base64. */
        extended: z.record(z.string(), z.string()).optional(),
      })
      .optional(),
  }),
});

/** An S3 event notification as AWS puts it on a queue. */
export interface S3Notification {
  Records: [S3Record];
}

interface S3Record {
  eventVersion: '2.1';
  eventSource: 'aws:s3';
  awsRegion: string;
  eventTime: string;
  eventName: 'ObjectCreated:Put' | 'ObjectCreated:CompleteMultipartUpload';
  s3: {
    s3SchemaVersion: '1.0';
    configurationId: 'uploads';
    bucket: { name: string; arn: string };
    /** Key form-encoded, size in bytes, eTag without quotes. */
    object: { key: string; size: number; eTag: string; sequencer: string };
  };
}

export interface NotificationRule {
  bucket: string;
  prefix: string;
  region: string;
}

/**
 * The S3 notification for a filer event, or null where AWS would send none: folders, deletions, other buckets and prefixes.
 * A document that is no filer event gives null as well: it can never become a notification, however often it is sent.
 */
export function notificationOf(body: unknown, rule: NotificationRule, now: Date): S3Notification | null {
  const { data } = filerEventSchema.safeParse(body);
  const entry = data?.message.new_entry;
  if (data === undefined || entry === undefined || entry.is_directory) return null;
  const folder = data.message.new_parent_path;
  // After a rename `key` is the old place.
  const path = folder === undefined ? data.key : `${folder}/${entry.name}`;
  const bucketFolder = `/buckets/${rule.bucket}/`;
  if (!path.startsWith(bucketFolder + rule.prefix)) return null;
  const eTag = Buffer.from(entry.extended?.['Seaweed-X-Amz-ETag'] ?? '', 'base64').toString('utf8');
  const changedAt = entry.attributes?.mtime === undefined ? now : new Date(entry.attributes.mtime * 1_000);
  const record: S3Record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: rule.region,
    eventTime: changedAt.toISOString(),
    // The etag of an object made of parts ends in `-<number of parts>`.
    eventName: eTag.includes('-') ? 'ObjectCreated:CompleteMultipartUpload' : 'ObjectCreated:Put',
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'uploads',
      bucket: { name: rule.bucket, arn: `arn:aws:s3:::${rule.bucket}` },
      object: {
        key: formEncoded(path.slice(bucketFolder.length)),
        size: entry.attributes?.file_size ?? 0,
        eTag,
        sequencer: now.getTime().toString(16).toUpperCase().padStart(16, '0'),
      },
    },
  };
  return { Records: [record] };
}

/** As AWS does it: a space is `+`, slashes stay. */
function formEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}
