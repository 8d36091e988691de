import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNotification, readNotificationText } from './notification.ts';

const KEY = 'uploads/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e/source';
const BUCKET = 'rushes-uploads';
const CREATED = { kind: 'created', bucket: BUCKET, key: KEY };

const record = (eventSource: string, eventName: string, key: string) => ({
  eventVersion: '2.1',
  eventSource,
  eventName,
  eventTime: '2026-01-01T00:00:00.000Z',
  s3: {
    s3SchemaVersion: '1.0',
    bucket: { name: BUCKET, arn: 'arn:aws:s3:::x' },
    object: { key, size: 3, eTag: '"e"' },
  },
});
const aws = (key: string, eventName = 'ObjectCreated:Put') => ({ Records: [record('aws:s3', eventName, key)] });
const minio = (key: string) => ({
  EventName: 's3:ObjectCreated:Put',
  Key: `${BUCKET}/${KEY}`,
  Records: [record('minio:s3', 's3:ObjectCreated:Put', key)],
});
const bridge = (detailType: string, key: string) => ({
  version: '0',
  source: 'aws.s3',
  'detail-type': detailType,
  detail: { version: '0', bucket: { name: BUCKET }, object: { key, size: 3, etag: 'e', sequencer: '1' } },
});
const filer = (event_type: string, key: string, new_entry: object = {}) => ({
  event_type,
  key,
  message: { new_entry },
});
const sns = (message: unknown) => ({ Type: 'Notification', MessageId: 'm', Message: JSON.stringify(message) });

describe('a created object is read from the form of', () => {
  it.each([
    ['AWS', aws(KEY)],
    ['AWS, after parts', aws(KEY, 'ObjectCreated:CompleteMultipartUpload')],
    ['SNS', sns(aws(KEY))],
    ['EventBridge', bridge('Object Created', KEY)],
    ['MinIO', minio(encodeURIComponent(KEY))],
    ['Ceph', { Records: [record('ceph:s3', 'ObjectCreated:Put', KEY)] }],
    ['VersityGW', { Records: [record('aws:s3', 's3:ObjectCreated:CompleteMultipartUpload', KEY)] }],
    ["SeaweedFS's filer", filer('create', `/buckets/${BUCKET}/${KEY}`, { attributes: { file_size: 3 } })],
    ['a list of documents', [aws(KEY)]],
  ])('%s', (_store, document) => {
    expect(readNotification(document)).toEqual([CREATED]);
  });
});

describe('keys', () => {
  it.each([
    ['AWS encodes as in a form', aws('uploads/a+b%2Bc%C3%A9'), 'uploads/a b+cé'],
    ['MinIO does too', minio('uploads%2Fa+b%2Bc'), 'uploads/a b+c'],
    ['a stray % is left as it is', aws('uploads/50%'), 'uploads/50%'],
    ['EventBridge encodes nothing', bridge('Object Created', 'a+b%20'), 'a+b%20'],
    ['VersityGW encodes nothing', { Records: [record('aws:s3', 's3:ObjectCreated:Put', 'a+b%20')] }, 'a+b%20'],
    ['Ceph encodes nothing', { Records: [record('ceph:s3', 'ObjectCreated:Put', 'a+b%20')] }, 'a+b%20'],
    ['a filer encodes nothing', filer('create', `/buckets/${BUCKET}/a+b\n%20`), 'a+b\n%20'],
  ])('%s', (_rule, document, key) => {
    expect(readNotification(document)).toEqual([{ ...CREATED, key }]);
  });
});

describe('what tells of no created object is ignored with a reason:', () => {
  it.each([
    ['a test event', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET }, 'is a test event'],
    ['a test event through SNS', sns({ Event: 's3:TestEvent' }), 'is a test event'],
    ['no records', { Records: [] }, 'has no records'],
    ['an empty list', [], 'has no records'],
    ['a removed object', aws(KEY, 'ObjectRemoved:Delete'), 'tells of ObjectRemoved:Delete'],
    ['a removed object of EventBridge', bridge('Object Deleted', KEY), 'tells of Object Deleted'],
    ['an updated file', filer('update', `/buckets/${BUCKET}/${KEY}`), 'tells of update'],
    ['a folder', filer('create', `/buckets/${BUCKET}/uploads`, { is_directory: true }), 'tells of a folder'],
    ['a new bucket', filer('create', `/buckets/${BUCKET}`), 'tells of a path outside all buckets'],
    ['a file elsewhere', filer('create', '/etc/x/y'), 'tells of a path outside all buckets'],
    ['a record of another service', { Records: [{ eventSource: 'aws:ses' }] }, 'has a record that is not of S3'],
    ['an SNS message that is text', { Type: 'Notification', Message: 'hello' }, 'its Message is not JSON'],
    [
      'an SNS confirmation',
      { Type: 'SubscriptionConfirmation', Message: 'x' },
      'is not a notification of a form that is known',
    ],
    ['another document', { a: 1 }, 'is not a notification of a form that is known'],
    ['null', null, 'is not a notification'],
    ['a number', 3, 'is not a notification'],
  ])('%s', (_what, document, reason) => {
    expect(readNotification(document)).toEqual([{ kind: 'ignored', reason }]);
  });

  it('a text that is not JSON', () => {
    expect(readNotificationText('garbage')).toEqual([{ kind: 'ignored', reason: 'is not JSON' }]);
  });

  it('envelopes without end', () => {
    let document: unknown = aws(KEY);
    for (let depth = 0; depth < 10; depth += 1) document = sns(document);
    expect(readNotification(document)).toEqual([{ kind: 'ignored', reason: 'is nested too deeply' }]);
  });
});

describe('several records', () => {
  it('are each judged alone', () => {
    const { Records } = aws(KEY);
    const mixed = { Records: [...Records, { eventName: 1 }, record('aws:s3', 'ObjectRemoved:Delete', KEY)] };
    expect(readNotification(mixed).map(({ kind }) => kind)).toEqual(['created', 'ignored', 'ignored']);
  });

  it('give at least one answer for any text, and never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readNotificationText(text).length).toBeGreaterThan(0);
      }),
    );
  });
});
