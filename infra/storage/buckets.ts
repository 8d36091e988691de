import {
  CreateBucketCommand,
  HeadBucketCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type S3Keys, UPLOADS_PREFIX } from './identities.ts';

export interface S3Target {
  endpoint: string;
  region: string;
  /** Undefined: whatever the AWS SDK finds by itself. */
  keys?: S3Keys | undefined;
}

export interface BucketOptions {
  uploadsBucket: string;
  mediaBucket: string;
  /** Origins whose pages may PUT uploads. */
  allowedOrigins: readonly string[];
  /** ARN of the CloudFront distribution that alone reads the media bucket. Undefined: everybody reads `videos/` of it. */
  distribution?: string | undefined;
}

/** A client for set-up, with path-style addresses, which every store understands. */
export function s3Client({ endpoint, region, keys }: S3Target): S3Client {
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    ...(keys === undefined ? {} : { credentials: keys }),
  });
}

/** Parts of an upload that nobody finished are removed by the store after this time, should everything else have failed. */
const ABANDONED_DAYS = 7;

/**
 * Makes the two buckets where they are missing and sets their rules; safe to repeat. A bucket that cannot be made is an
 * error; a rule that a store does not take is returned as a warning that says what does not work without it.
 */
export async function bootstrapBuckets(client: S3Client, options: BucketOptions): Promise<string[]> {
  const { uploadsBucket, mediaBucket } = options;
  await Promise.all([ensureBucket(client, uploadsBucket), ensureBucket(client, mediaBucket)]);
  const warnings = await Promise.all([
    attempt(`${uploadsBucket}: CORS was refused, so browsers cannot upload`, () =>
      client.send(new PutBucketCorsCommand(uploadsCors(uploadsBucket, options.allowedOrigins))),
    ),
    attempt(`${uploadsBucket}: the rule that removes abandoned parts was refused`, () =>
      client.send(new PutBucketLifecycleConfigurationCommand(abandonedParts(uploadsBucket))),
    ),
    attempt(`${mediaBucket}: CORS was refused, so pages of other origins cannot play`, () =>
      client.send(new PutBucketCorsCommand(mediaCors(mediaBucket))),
    ),
    attempt(`${mediaBucket}: the policy for reading was refused, so videos cannot be played from it`, () =>
      client.send(new PutBucketPolicyCommand({ Bucket: mediaBucket, Policy: readPolicy(options) })),
    ),
  ]);
  return warnings.filter((warning) => warning !== null);
}

async function ensureBucket(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status !== 404) throw error;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  }
}

async function attempt(failure: string, work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return `${failure} (${error instanceof Error ? `${error.name}: ${error.message}` : String(error)})`;
  }
}

function uploadsCors(bucket: string, origins: readonly string[]) {
  const rule = {
    AllowedOrigins: [...origins],
    AllowedMethods: ['PUT'],
    AllowedHeaders: ['content-type', 'if-none-match'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 3_600,
  };
  return { Bucket: bucket, CORSConfiguration: { CORSRules: [rule] } };
}

function mediaCors(bucket: string) {
  const rule = {
    AllowedOrigins: ['*'],
    AllowedMethods: ['GET', 'HEAD'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag', 'Content-Length', 'Content-Range', 'Accept-Ranges'],
    MaxAgeSeconds: 86_400,
  };
  return { Bucket: bucket, CORSConfiguration: { CORSRules: [rule] } };
}

function abandonedParts(bucket: string) {
  const rule = {
    ID: 'abandoned-parts',
    Status: 'Enabled' as const,
    Filter: { Prefix: UPLOADS_PREFIX },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABANDONED_DAYS },
  };
  return { Bucket: bucket, LifecycleConfiguration: { Rules: [rule] } };
}

/** Everybody, or one distribution of CloudFront, reads `videos/`; `signed/` and the list of keys stay closed. */
function readPolicy({ mediaBucket, distribution }: BucketOptions): string {
  const who =
    distribution === undefined
      ? { Sid: 'PublicVideos', Principal: '*' }
      : {
          Sid: 'Distribution',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': distribution } },
        };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { ...who, Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${mediaBucket}/videos/*`] },
    ],
  });
}
