import type { ServiceName } from '../nats/index.ts';

export const UPLOADS_BUCKET = 'rushes-uploads';
export const MEDIA_BUCKET = 'rushes-media';
/** Only what lies here is announced by notifications. */
export const UPLOADS_PREFIX = 'uploads/';

export interface S3Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Services that have an identity on the object store; catalog has none. */
export type S3ServiceName = Exclude<ServiceName, 'catalog'>;
export type S3IdentityName = S3ServiceName | 'admin';

type Right = 'read' | 'list' | 'write' | 'delete';
interface Grant {
  bucket: string;
  rights: readonly Right[];
}

/** The one table of who may do what on the object store. */
export const GRANTS: Record<S3ServiceName, readonly Grant[]> = {
  'upload-api': [{ bucket: UPLOADS_BUCKET, rights: ['read', 'list', 'write', 'delete'] }],
  's3-event-ingest': [{ bucket: UPLOADS_BUCKET, rights: ['read', 'list', 'delete'] }],
  transcoder: [
    { bucket: UPLOADS_BUCKET, rights: ['read'] },
    { bucket: MEDIA_BUCKET, rights: ['read', 'list', 'write'] },
  ],
  thumbnailer: [{ bucket: MEDIA_BUCKET, rights: ['read', 'list', 'write'] }],
  packager: [{ bucket: MEDIA_BUCKET, rights: ['read', 'list', 'write', 'delete'] }],
};
export const S3_SERVICES = Object.keys(GRANTS) as S3ServiceName[];

const ACTIONS: Record<Right, readonly string[]> = {
  read: ['s3:GetObject'],
  list: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
  write: ['s3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
  delete: ['s3:DeleteObject'],
};

/** An IAM policy document for a service: the same text works on AWS, where only the buckets have `names` of their own. */
export function policyOf(service: S3ServiceName, names: BucketNames = {}): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: GRANTS[service].map(({ bucket, rights }) => ({
      Effect: 'Allow',
      Action: rights.flatMap((right) => ACTIONS[right]),
      Resource: bucketArns(names[bucket] ?? bucket),
    })),
  };
}

/** Names that buckets have where others took ours, by UPLOADS_BUCKET and MEDIA_BUCKET. */
export type BucketNames = Readonly<Record<string, string>>;

/** An IAM policy, as far as ours go. */
export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: { Effect: 'Allow'; Action: string[]; Resource: string[] }[];
}

/** A bucket, and all that is in it. */
export function bucketArns(bucket: string): string[] {
  return [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
}

/** SeaweedFS's file of identities (`-s3.config`): each service with its policy, and `admin`. */
export function seaweedIdentities(keys: Record<S3IdentityName, S3Keys>): string {
  const credentials = ({ accessKeyId, secretAccessKey }: S3Keys) => [
    { accessKey: accessKeyId, secretKey: secretAccessKey },
  ];
  return JSON.stringify({
    identities: [
      { name: 'admin', credentials: credentials(keys.admin), actions: ['Admin', 'Read', 'List', 'Tagging', 'Write'] },
      ...S3_SERVICES.map((name) => ({ name, credentials: credentials(keys[name]), policyNames: [name] })),
    ],
    policies: S3_SERVICES.map((name) => ({ name, content: JSON.stringify(policyOf(name)) })),
  });
}
