import type { Verb } from '@rushes/shared/events';

/** A durable pull consumer that the workers of one service share. */
export interface Durable {
  name: string;
  stream: 'VIDEO' | 'SEGMENTS';
  /** Verbs it gets; empty means everything on its stream. */
  verbs: readonly Verb[];
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
  /** Key-value buckets it reads and writes: keys under a prefix, or the whole bucket when the prefix is empty. */
  buckets: readonly { bucket: Bucket; prefix: string }[];
  /** Reads the whole log by consumers it makes itself, and hears progress. */
  followsLog: boolean;
}

export type Bucket = 'CLAIMS' | 'IDEMPOTENCY';

const CLAIMS_OF = (service: string) => [{ bucket: 'CLAIMS', prefix: service }] as const;

/**
 * The one table of who may do what on NATS: the server's configuration, the bootstrap's durables and the tests of every
 * denial are made from it.
 */
export const SERVICES = {
  'upload-api': {
    appends: ['requested', 'updated', 'expired', 'cancelled', 'reprocessed', 'deleted'],
    durables: [{ name: 'upload-api', stream: 'VIDEO', verbs: ['deleted', 'cancelled'] }],
    stage: false,
    publishesSegments: false,
    buckets: [{ bucket: 'IDEMPOTENCY', prefix: '' }],
    followsLog: false,
  },
  's3-event-ingest': {
    appends: ['uploaded'],
    durables: [
      {
        name: 's3-event-ingest',
        stream: 'VIDEO',
        verbs: ['requested', 'updated', 'uploaded', 'expired', 'cancelled', 'deleted'],
      },
    ],
    stage: false,
    publishesSegments: false,
    buckets: [],
    followsLog: false,
  },
  transcoder: {
    appends: ['inspected', 'transcoded'],
    durables: [
      { name: 'transcoder', stream: 'VIDEO', verbs: ['uploaded', 'reprocessed'] },
      { name: 'transcoder-extended', stream: 'VIDEO', verbs: ['packaged'] },
    ],
    stage: true,
    publishesSegments: true,
    buckets: CLAIMS_OF('transcoder'),
    followsLog: false,
  },
  thumbnailer: {
    appends: ['thumbnailed'],
    durables: [{ name: 'thumbnailer', stream: 'VIDEO', verbs: ['transcoded', 'updated'] }],
    stage: true,
    publishesSegments: false,
    buckets: CLAIMS_OF('thumbnailer'),
    followsLog: false,
  },
  packager: {
    appends: ['packaged'],
    durables: [
      { name: 'packager', stream: 'VIDEO', verbs: ['thumbnailed'] },
      { name: 'packager-growth', stream: 'SEGMENTS', verbs: [] },
      { name: 'packager-sweeper', stream: 'VIDEO', verbs: ['deleted', 'cancelled', 'failed', 'packaged'] },
    ],
    stage: true,
    publishesSegments: false,
    buckets: CLAIMS_OF('packager'),
    followsLog: false,
  },
  catalog: {
    appends: [],
    durables: [],
    stage: false,
    publishesSegments: false,
    // The projector's lease.
    buckets: CLAIMS_OF('catalog'),
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
