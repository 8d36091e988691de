import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../storage/identities.ts';
import { awsDocuments } from './documents.ts';

const names = {
  region: 'eu-central-1',
  account: '123456789012',
  uploadsBucket: 'example-com-uploads',
  mediaBucket: 'example-com-media',
  queueName: 'example-com-queue',
};
const QUEUE = 'arn:aws:sqs:eu-central-1:123456789012:example-com-queue';
const documents = awsDocuments(names);
const statements = (name: string) => (documents.get(name) as PolicyDocument).Statement;

describe('the policies for AWS', () => {
  it('are for those that touch S3, and for the bootstrap; catalog has none', () => {
    expect([...documents.keys()].sort()).toEqual([
      'bootstrap',
      'packager',
      's3-event-ingest',
      'thumbnailer',
      'transcoder',
      'upload-api',
    ]);
  });

  it('name the buckets as they are called there, and nothing beside buckets and queue', () => {
    const resources = [...documents.keys()].flatMap((name) => statements(name).flatMap(({ Resource }) => Resource));
    const arns = ['example-com-uploads', 'example-com-media'].flatMap((name) => [
      `arn:aws:s3:::${name}`,
      `arn:aws:s3:::${name}/*`,
    ]);
    expect([...new Set(resources)].sort()).toEqual([...arns, QUEUE].sort());
  });

  it('allow no service to write where another works', () => {
    const writers = (bucket: string) =>
      [...documents.keys()].filter((name) =>
        statements(name).some(
          ({ Action, Resource }) => Action.includes('s3:PutObject') && Resource.includes(`arn:aws:s3:::${bucket}/*`),
        ),
      );
    expect(writers('example-com-uploads')).toEqual(['upload-api']);
    expect(writers('example-com-media').sort()).toEqual(['packager', 'thumbnailer', 'transcoder']);
  });

  it('let s3-event-ingest alone read the queue, and the bootstrap alone make it', () => {
    const ofQueue = [...documents.keys()].flatMap((name) =>
      statements(name).flatMap(({ Action, Resource }) =>
        Resource.includes(QUEUE)
          ? [[name, Action.includes('sqs:ReceiveMessage'), Action.includes('sqs:CreateQueue')]]
          : [],
      ),
    );
    expect(ofQueue).toEqual([
      ['s3-event-ingest', true, false],
      ['bootstrap', false, true],
    ]);
  });

  it('let the bootstrap read no object', () => {
    const objects = statements('bootstrap').filter(({ Resource }) => Resource.some((arn) => arn.endsWith('/*')));
    expect(objects).toEqual([]);
  });
});

describe('the distribution', () => {
  it('is made with an origin access control only', () => {
    expect(documents.has('distribution')).toBe(false);
    expect(awsDocuments({ ...names, originAccessControl: 'E327GJI25M56DG' }).get('distribution')).toMatchObject({
      Origins: {
        Items: [
          {
            DomainName: 'example-com-media.s3.eu-central-1.amazonaws.com',
            OriginAccessControlId: 'E327GJI25M56DG',
          },
        ],
      },
      DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' },
    });
  });
});
