import { z } from 'zod';

/** What a notification says happened. `key` is as S3 knows it, decoded. Never trusted: the object is looked at first. */
export type Notification = { kind: 'created'; bucket: string; key: string } | { kind: 'ignored'; reason: string };

/** Envelopes within envelopes (SNS in SQS, lists) are opened to this depth; a document made to be deep is not. */
const MAX_DEPTH = 4;

const recordSchema = z.object({
  eventName: z.string(),
  eventSource: z.string().optional(),
  s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});
const snsSchema = z.object({ Type: z.literal('Notification'), Message: z.string() });
const eventBridgeSchema = z.object({
  'detail-type': z.string(),
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});
/** SeaweedFS's filer: `key` is a path, `/buckets/<bucket>/<key>`. */
const filerSchema = z.object({
  event_type: z.string(),
  key: z.string(),
  message: z.object({ new_entry: z.object({ is_directory: z.boolean().optional() }).optional() }).optional(),
});

/**
 * Reads what an S3 store says happened, in the form of AWS (directly, through SNS or EventBridge), MinIO, Ceph, VersityGW
 * or SeaweedFS's filer. Total: whatever is not a created object is named as ignored, with the reason.
 * @param document parsed JSON
 */
export function readNotification(document: unknown): Notification[] {
  return read(document, 0);
}

/** The same for the text of a queue's message. */
export function readNotificationText(text: string): Notification[] {
  const document = parseJson(text);
  return document === undefined ? [ignored('is not JSON')] : readNotification(document);
}

/** JSON.parse; undefined, which no JSON text gives, when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function read(document: unknown, depth: number): Notification[] {
  if (depth > MAX_DEPTH) return [ignored('is nested too deeply')];
  if (Array.isArray(document)) {
    return document.length === 0 ? [ignored('has no records')] : document.flatMap((part) => read(part, depth + 1));
  }
  if (document === null || typeof document !== 'object') return [ignored('is not a notification')];
  const sns = snsSchema.safeParse(document);
  if (sns.success) {
    const message = parseJson(sns.data.Message);
    return message === undefined ? [ignored('its Message is not JSON')] : read(message, depth + 1);
  }
  // Before the test event: its documents have no records, and MinIO's others have an event name beside them.
  if ('Records' in document && Array.isArray(document.Records)) {
    return document.Records.length === 0 ? [ignored('has no records')] : document.Records.map(fromRecord);
  }
  if ('Event' in document && document.Event === 's3:TestEvent') return [ignored('is a test event')];
  const bridged = eventBridgeSchema.safeParse(document);
  if (bridged.success) return [fromEventBridge(bridged.data)];
  const filed = filerSchema.safeParse(document);
  if (filed.success) return [fromFiler(filed.data)];
  return [ignored('is not a notification of a form that is known')];
}

/** One record of AWS's form, version 2.x, which most stores share. */
function fromRecord(document: unknown): Notification {
  const parsed = recordSchema.safeParse(document);
  if (!parsed.success) return ignored('has a record that is not of S3');
  const { eventName, eventSource, s3 } = parsed.data;
  if (!/^(s3:)?ObjectCreated:/.test(eventName)) return ignored(`tells of ${eventName.slice(0, 80)}`);
  const key = isFormEncoded(eventName, eventSource) ? decodeForm(s3.object.key) : s3.object.key;
  return { kind: 'created', bucket: s3.bucket.name, key };
}

/**
 * AWS and MinIO encode keys as in a form (`+` is a blank). VersityGW calls itself `aws:s3` but does not encode; it is told
 * apart by the `s3:` before its event names. Ceph does not encode either.
 */
function isFormEncoded(eventName: string, eventSource: string | undefined): boolean {
  if (eventSource === 'minio:s3') return true;
  return eventSource === 'aws:s3' && !eventName.startsWith('s3:');
}

function decodeForm(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    // A stray % that nobody encoded: the key as it is.
    if (error instanceof URIError) return key;
    throw error;
  }
}

/** EventBridge gives the key as it is. */
function fromEventBridge(event: z.infer<typeof eventBridgeSchema>): Notification {
  if (event['detail-type'] !== 'Object Created') return ignored(`tells of ${event['detail-type'].slice(0, 80)}`);
  return { kind: 'created', bucket: event.detail.bucket.name, key: event.detail.object.key };
}

function fromFiler({ event_type, key, message }: z.infer<typeof filerSchema>): Notification {
  if (event_type !== 'create') return ignored(`tells of ${event_type.slice(0, 80)}`);
  if (message?.new_entry?.is_directory) return ignored('tells of a folder');
  const [, bucket, objectKey] = /^\/buckets\/([^/]+)\/(.+)$/s.exec(key) ?? [];
  if (bucket === undefined || objectKey === undefined) return ignored('tells of a path outside all buckets');
  return { kind: 'created', bucket, key: objectKey };
}

function ignored(reason: string): Notification {
  return { kind: 'ignored', reason };
}
