import { describe, expect, it } from 'vitest';
import { notificationOf } from './notification.ts';

const rule = { bucket: 'rushes-uploads', prefix: 'uploads/', region: 'us-east-1' };
const now = new Date('2026-11-24T08:20:10.000Z');
const etag = (value: string) => Buffer.from(value).toString('base64');

function filerEvent(key: string, entry: object, more: object = {}) {
  const folder = key.slice(0, key.lastIndexOf('/'));
  const name = key.slice(folder.length + 1);
  const message = { new_entry: { name, ...entry }, new_parent_path: folder };
  return { event_type: 'create', key, message, ...more };
}

describe('notificationOf', () => {
  it('says what AWS says of a PUT', () => {
    const event = filerEvent('/buckets/rushes-uploads/uploads/id 1/ü+source', {
      attributes: { file_size: 5, mtime: 1795508408, mime: 'video/mp4' },
      extended: { 'Seaweed-X-Amz-ETag': etag('5d41402abc4b2a76b9719d911017c592') },
    });
    expect(notificationOf(event, rule, now)).toEqual({
      Records: [
        {
          eventVersion: '2.1',
          eventSource: 'aws:s3',
          awsRegion: 'us-east-1',
          eventTime: '2026-11-24T08:20:08.000Z',
          eventName: 'ObjectCreated:Put',
          s3: {
            s3SchemaVersion: '1.0',
            configurationId: 'uploads',
            bucket: { name: 'rushes-uploads', arn: 'arn:aws:s3:::rushes-uploads' },
            object: {
              key: 'uploads/id+1/%C3%BC%2Bsource',
              size: 5,
              eTag: '5d41402abc4b2a76b9719d911017c592',
              sequencer: expect.stringMatching(/^[0-9A-F]{16}$/),
            },
          },
        },
      ],
    });
  });

  it('recognises a completed multipart upload by its etag, and an empty object', () => {
    const parts = filerEvent('/buckets/rushes-uploads/uploads/a/source', {
      attributes: { file_size: 10 },
      extended: { 'Seaweed-X-Amz-ETag': etag('fdd3f8f29045d7454477dd634c8cd8cb-2') },
    });
    expect(notificationOf(parts, rule, now)?.Records[0].eventName).toBe('ObjectCreated:CompleteMultipartUpload');
    const empty = filerEvent('/buckets/rushes-uploads/uploads/a/source', { attributes: {} });
    expect(notificationOf(empty, rule, now)?.Records[0].s3.object.size).toBe(0);
  });

  it('announces an overwritten object and the new place of a renamed one', () => {
    const file = { attributes: { file_size: 1 } };
    const key = '/buckets/rushes-uploads/uploads/a/source';
    expect(notificationOf(filerEvent(key, file, { event_type: 'update' }), rule, now)).not.toBeNull();
    const renamed = filerEvent(key, file, { event_type: 'rename', key: '/buckets/rushes-uploads/tmp/x' });
    expect(notificationOf(renamed, rule, now)?.Records[0].s3.object.key).toBe('uploads/a/source');
  });

  it.each([
    ['a folder', filerEvent('/buckets/rushes-uploads/uploads/a', { is_directory: true })],
    ['another prefix', filerEvent('/buckets/rushes-uploads/other/a', {})],
    ['another bucket', filerEvent('/buckets/rushes-media/uploads/a', {})],
    ['a part of an unfinished upload', filerEvent('/buckets/rushes-uploads/.uploads/u/0001.part', {})],
    [
      'a deletion',
      { event_type: 'delete', key: '/buckets/rushes-uploads/uploads/a', message: { old_entry: { name: 'a' } } },
    ],
    ['something else', { hello: 1 }],
    ['nothing', null],
  ])('says nothing of %s', (_what, event) => {
    expect(notificationOf(event, rule, now)).toBeNull();
  });
});
