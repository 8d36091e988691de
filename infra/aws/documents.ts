import {
  bucketArns,
  MEDIA_BUCKET,
  type PolicyDocument,
  policyOf,
  S3_SERVICES,
  UPLOADS_BUCKET,
} from '../storage/identities.ts';

/** What a person chose on AWS. */
export interface AwsNames {
  region: string;
  /** Twelve digits. */
  account: string;
  uploadsBucket: string;
  mediaBucket: string;
  queueName: string;
  /** Id of the origin access control that lets CloudFront sign what it asks of the media bucket. */
  originAccessControl?: string | undefined;
}

/** Calls of `infra/bootstrap`: it makes buckets and queue, sets their rules, and looks whether they are there. */
const BOOTSTRAP_ACTIONS = {
  buckets: [
    's3:CreateBucket',
    's3:ListBucket',
    's3:PutBucketCORS',
    's3:PutLifecycleConfiguration',
    's3:PutBucketPolicy',
    's3:GetBucketNotification',
    's3:PutBucketNotification',
  ],
  queue: ['sqs:CreateQueue', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:SetQueueAttributes'],
};
/** Calls of s3-event-ingest, which reads the queue. */
const READER_ACTIONS = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
];

/**
 * What AWS has to be given by hand, by name: an IAM policy for each service that touches S3 or SQS, one for `bootstrap`, and with an
 * origin access control the configuration of a CloudFront `distribution`.
 */
export function awsDocuments(names: AwsNames): Map<string, object> {
  const buckets = { [UPLOADS_BUCKET]: names.uploadsBucket, [MEDIA_BUCKET]: names.mediaBucket };
  const queue = `arn:aws:sqs:${names.region}:${names.account}:${names.queueName}`;
  const documents = new Map<string, object>(S3_SERVICES.map((service) => [service, policyOf(service, buckets)]));
  // S3 answers 403, not 404, about an object that is not there to whoever may not list its bucket.
  const uploads = bucketArns(names.uploadsBucket).slice(0, 1);
  documents.set('transcoder', withRights(policyOf('transcoder', buckets), ['s3:ListBucket'], uploads));
  documents.set('s3-event-ingest', withRights(policyOf('s3-event-ingest', buckets), READER_ACTIONS, [queue]));
  const arns = [names.uploadsBucket, names.mediaBucket].map((bucket) => bucketArns(bucket)[0] ?? '');
  const nothing: PolicyDocument = { Version: '2012-10-17', Statement: [] };
  documents.set(
    'bootstrap',
    withRights(withRights(nothing, BOOTSTRAP_ACTIONS.buckets, arns), BOOTSTRAP_ACTIONS.queue, [queue]),
  );
  if (names.originAccessControl !== undefined) {
    documents.set('distribution', distributionOf(names, names.originAccessControl));
  }
  return documents;
}

function withRights(policy: PolicyDocument, actions: readonly string[], resources: string[]): PolicyDocument {
  const statement = { Effect: 'Allow' as const, Action: [...actions], Resource: resources };
  return { ...policy, Statement: [...policy.Statement, statement] };
}

/** Policies that AWS keeps for everybody, by the ids of its documentation. */
const MANAGED = {
  /** As long as `Cache-Control` says, at least 1 s; nothing of a query string reaches the bucket. */
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  /** Pages of all origins may read, and see all headers. */
  corsWithPreflight: '5cc3b908-e619-4b99-88e5-2cf7f45965bd',
};

/** For `aws cloudfront create-distribution --distribution-config`: the media bucket, over HTTPS alone, readable by all pages. */
function distributionOf({ mediaBucket, region }: AwsNames, originAccessControl: string): object {
  const list = (...Items: string[]) => ({ Quantity: Items.length, Items });
  return {
    // Two calls with the same reference make one distribution.
    CallerReference: `rushes-${mediaBucket}`,
    Comment: 'Rushes: published videos',
    Enabled: true,
    HttpVersion: 'http2and3',
    Origins: {
      Quantity: 1,
      Items: [
        {
          Id: 'media',
          DomainName: `${mediaBucket}.s3.${region}.amazonaws.com`,
          OriginAccessControlId: originAccessControl,
          S3OriginConfig: { OriginAccessIdentity: '' },
        },
      ],
    },
    DefaultCacheBehavior: {
      TargetOriginId: 'media',
      ViewerProtocolPolicy: 'redirect-to-https',
      AllowedMethods: { ...list('GET', 'HEAD', 'OPTIONS'), CachedMethods: list('GET', 'HEAD') },
      Compress: true,
      CachePolicyId: MANAGED.cachingOptimized,
      ResponseHeadersPolicyId: MANAGED.corsWithPreflight,
    },
  };
}
