import {
  allDurables,
  type Bucket,
  type Durable,
  SERVICES,
  type ServiceName,
  type ServiceRights,
  type UserName,
} from './table.ts';

/** Subjects a user may publish and subscribe; what is not allowed is refused, `deny` wins over `allow`. */
export interface Permissions {
  publish: { allow: string[]; deny: string[] };
  subscribe: { allow: string[] };
}

/** The subjects that follow from the table for one user; null for `admin`, who may do everything. */
export function permissionsOf(user: UserName): Permissions | null {
  if (user === 'admin') return null;
  const allow = user === 'subscriber' ? [...READS_LOG, ...FOLLOWS_LOG] : publishesOf(user);
  const follows = user === 'subscriber' || SERVICES[user].followsLog;
  return {
    publish: { allow, deny: follows ? allDurables().flatMap(foreignDurable) : [] },
    subscribe: {
      allow: [
        // A service that could subscribe another's inbox would read the answers meant for it.
        `_INBOX_${user}.>`,
        ...(follows ? ['progress.>'] : []),
        ...(user === 'subscriber' ? ['video.*'] : []),
      ],
    },
  };
}

const READS_LOG = [
  '$JS.API.INFO',
  '$JS.API.STREAM.INFO.VIDEO',
  '$JS.API.DIRECT.GET.VIDEO',
  '$JS.API.STREAM.MSG.GET.VIDEO',
];

/**
 * Consumers of one's own on VIDEO. Only the form of CREATE that carries the consumer's name: the nameless one could make
 * or change a consumer that a denial by name does not see. `$JS.FC` answers the flow control of push consumers.
 */
const FOLLOWS_LOG = [
  ...['CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map((call) => `$JS.API.CONSUMER.${call}.VIDEO.>`),
  '$JS.ACK.VIDEO.>',
  '$JS.FC.VIDEO.>',
];

/** How far the stages have come, what was asked for again and not taken yet, and to ask. */
const ASKS_AGAIN = () => [
  ...allDurables()
    .filter(({ service, stream }) => SERVICES[service].stage && stream === 'VIDEO')
    .map(({ name }) => `$JS.API.CONSUMER.INFO.VIDEO.${name}`),
  '$JS.API.STREAM.MSG.GET.RETRIES',
  'retry.>',
];

/** The batched read is only granted where the bucket's stream allows direct gets. */
function readsBucket(bucket: Bucket): string[] {
  return [
    `$JS.API.STREAM.INFO.KV_${bucket}`,
    `$JS.API.STREAM.MSG.GET.KV_${bucket}`,
    ...(bucket === 'CLAIMS' || bucket === 'IDEMPOTENCY' ? [] : [`$JS.API.DIRECT.GET.KV_${bucket}`]),
  ];
}

function publishesOf(service: ServiceName): string[] {
  const rights: ServiceRights = SERVICES[service];
  const verbs = [...rights.appends, ...(rights.stage ? ['failed'] : [])];
  return [
    ...READS_LOG,
    ...verbs.map((verb) => `video.${verb}.*`),
    ...rights.durables.flatMap(ownDurable),
    ...(rights.stage ? [`progress.*.${service}`] : []),
    ...(rights.publishesSegments ? ['segment.*'] : []),
    ...(rights.sharesPieces ? ['piece.*.*.*'] : []),
    ...rights.buckets.flatMap(({ bucket, prefix }) => [
      prefix === '' ? `$KV.${bucket}.>` : `$KV.${bucket}.${prefix}.>`,
      ...readsBucket(bucket),
    ]),
    ...rights.readsBuckets.flatMap(readsBucket),
    ...(rights.asksAgain ? ASKS_AGAIN() : []),
    ...(rights.followsLog ? FOLLOWS_LOG : []),
  ];
}

function ownDurable({ name, stream }: Durable): string[] {
  return [
    `$JS.API.CONSUMER.INFO.${stream}.${name}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
    `$JS.ACK.${stream}.${name}.>`,
  ];
}

/** Without this a follower of the log could pull and acknowledge a service's work, or change its filter. */
function foreignDurable({ name, stream }: Durable): string[] {
  return [
    `$JS.API.CONSUMER.*.${stream}.${name}`,
    `$JS.API.CONSUMER.*.${stream}.${name}.>`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
    `$JS.ACK.${stream}.${name}.>`,
  ];
}
