import type { Verb } from '@rushes/shared/events';

/** A durable pull consumer that the workers of one service share. */
export interface Durable {
  name: string;
  stream: 'VIDEO' | 'SEGMENTS' | 'RETRIES' | 'PIECES';
  /** Subjects it gets; empty means everything on its stream. */
  filters: readonly string[];
  /** Messages delivered and not acknowledged yet, of all workers together; full, it pauses delivery without a word. */
  maxAckPending?: number;
}

/** What one service may do on the bus; all that is not named here is refused by the server. */
export interface ServiceRights {
  /** Verbs it may append to the log. */
  appends: readonly Verb[];
  durables: readonly Durable[];
  /** A stage appends `failed`, reports progress and holds claims under its own name. */
  stage: boolean;
  /** Publishes which segments exist while a video is being encoded. */
  publishesSegments: boolean;
  /** Asks other workers of its service for pieces of a video that is being encoded. */
  sharesPieces: boolean;
  /** Key-value buckets it reads and writes: keys under a prefix, or the whole bucket when the prefix is empty. */
  buckets: readonly { bucket: Bucket; prefix: string }[];
  /** Key-value buckets it only reads. */
  readsBuckets: readonly Bucket[];
  /** Looks after jobs that are stuck: sees how far the stages' durables are, and asks for a job once more. */
  asksAgain: boolean;
  /** Reads the whole log by consumers it makes itself, and hears progress. */
  followsLog: boolean;
}

/**
 * `CLAIMS`: who works on what. `IDEMPOTENCY`: which video a repeated request means. `OPEN_VIDEOS`: the index of uploads and
 * generations that something is still expected of. `DEAD_LETTERS`: those that a person has put aside.
 */
export type Bucket = 'CLAIMS' | 'IDEMPOTENCY' | 'OPEN_VIDEOS' | 'DEAD_LETTERS';

const CLAIMS_OF = (service: string) => [{ bucket: 'CLAIMS', prefix: service }] as const;
const onVideo = (...verbs: Verb[]) => verbs.map((verb) => `video.${verb}.*`);
/** Jobs that a stage is asked for once more, beside its durable on the log. */
const retriesOf = (stage: string) =>
  ({ name: `${stage}-retries`, stream: 'RETRIES', filters: [`retry.${stage}.*`] }) as const;

/**
 * The one table of who may do what on NATS: the server's configuration, the bootstrap's durables and the tests of every
 * denial are made from it.
 */
export const SERVICES = {
  'upload-api': {
    appends: ['requested', 'updated', 'expired', 'cancelled', 'reprocessed', 'deleted'],
    durables: [{ name: 'upload-api', stream: 'VIDEO', filters: onVideo('deleted', 'cancelled') }],
    stage: false,
    publishesSegments: false,
    sharesPieces: false,
    // The right to close uploads that were left open.
    buckets: [{ bucket: 'IDEMPOTENCY', prefix: '' }, ...CLAIMS_OF('upload-api')],
    readsBuckets: ['OPEN_VIDEOS'],
    asksAgain: false,
    followsLog: false,
  },
  's3-event-ingest': {
    // `failed` only for what is stuck for good.
    appends: ['uploaded', 'failed'],
    durables: [
      {
        name: 's3-event-ingest',
        stream: 'VIDEO',
        filters: onVideo('requested', 'updated', 'uploaded', 'expired', 'cancelled', 'deleted'),
      },
    ],
    stage: false,
    publishesSegments: false,
    sharesPieces: false,
    // The right to reconcile, and where that is.
    buckets: [...CLAIMS_OF('s3-event-ingest'), { bucket: 'OPEN_VIDEOS', prefix: '' }],
    readsBuckets: [],
    asksAgain: true,
    followsLog: false,
  },
  transcoder: {
    appends: ['inspected', 'transcoded'],
    durables: [
      { name: 'transcoder', stream: 'VIDEO', filters: onVideo('uploaded', 'reprocessed') },
      { name: 'transcoder-pieces', stream: 'PIECES', filters: [] },
      { name: 'transcoder-extended', stream: 'VIDEO', filters: onVideo('packaged') },
      retriesOf('transcoder'),
    ],
    stage: true,
    publishesSegments: true,
    sharesPieces: true,
    buckets: CLAIMS_OF('transcoder'),
    readsBuckets: [],
    asksAgain: false,
    followsLog: false,
  },
  thumbnailer: {
    appends: ['thumbnailed'],
    durables: [
      { name: 'thumbnailer', stream: 'VIDEO', filters: onVideo('transcoded', 'updated') },
      retriesOf('thumbnailer'),
    ],
    stage: true,
    publishesSegments: false,
    sharesPieces: false,
    buckets: CLAIMS_OF('thumbnailer'),
    readsBuckets: [],
    asksAgain: false,
    followsLog: false,
  },
  packager: {
    appends: ['packaged'],
    durables: [
      { name: 'packager', stream: 'VIDEO', filters: onVideo('thumbnailed') },
      { name: 'packager-growth', stream: 'SEGMENTS', filters: [] },
      retriesOf('packager'),
      // Hands messages back for hours until what they name may be removed.
      {
        name: 'packager-sweeper',
        stream: 'VIDEO',
        filters: onVideo('deleted', 'cancelled', 'failed', 'packaged'),
        maxAckPending: 100_000,
      },
    ],
    stage: true,
    publishesSegments: false,
    sharesPieces: false,
    buckets: CLAIMS_OF('packager'),
    readsBuckets: [],
    asksAgain: false,
    followsLog: false,
  },
  catalog: {
    appends: [],
    durables: [],
    stage: false,
    publishesSegments: false,
    sharesPieces: false,
    // The projector's lease.
    buckets: [...CLAIMS_OF('catalog'), { bucket: 'DEAD_LETTERS', prefix: '' }],
    readsBuckets: [],
    asksAgain: false,
    followsLog: true,
  },
} as const satisfies Record<string, ServiceRights>;

export type ServiceName = keyof typeof SERVICES;
export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

/** The services' users, `admin` for the bootstrap, and `subscriber` for systems outside that only read. */
export type UserName = ServiceName | 'admin' | 'subscriber';
export const USER_NAMES: readonly UserName[] = ['admin', ...SERVICE_NAMES, 'subscriber'];

/** Every service's durables, with whose they are. */
export function allDurables(): (Durable & { service: ServiceName })[] {
  return SERVICE_NAMES.flatMap((service) => {
    const durables: readonly Durable[] = SERVICES[service].durables;
    return durables.map((durable) => ({ ...durable, service }));
  });
}
