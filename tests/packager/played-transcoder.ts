import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { type Endpoints, startPlatform } from '@rushes/infra/testing';
import type { DataOf, Tier } from '@rushes/shared/events';
import { createLog, type Log } from '@rushes/shared/log';
import { createLogger } from '@rushes/shared/service';
import { createStorage, type Storage } from '@rushes/shared/storage';
import { a, makeClip, realClip } from '@rushes/shared/testing';
import { segmentSubject } from '@rushes/shared/tracks';
import { connect, type JetStreamClient, type NatsConnection, StringCodec } from 'nats';
import type { PackageFacts } from '../../services/packager/src/core/facts.ts';
import { growing } from '../../services/packager/src/core/sample-facts.ts';
import { type Api, getVideo, put, register, until } from '../setup/client.ts';
import { FOLDER, makeLadder } from './ladder.ts';
import { toolPath } from './tools.ts';

/** Five segments, the last of them short. */
const SECONDS = 27;
/** What the plan allows a rendition at most; bit/s. Above anything that the clip needs. */
const MAXRATE = 6_000_000;

/** A whole Rushes without a transcoder, whose part the test plays with segments that were encoded beforehand. */
export interface GrowthStand {
  api: Api;
  /** The encode, as files: `<id>.mp4`. */
  encoded: string;
  ffmpeg: string;
  log: Log;
  /** A video whose file has arrived and is inspected. */
  begin(): Promise<PlayedVideo>;
  /** Waits until everything that was announced is worked off. */
  untilGrown(): Promise<void>;
  end(): Promise<void>;
}

/** The lengths of `h264-360`, `h264-180` and `aac-en` in segments; the last number stands for all that follow. */
type Lengths = readonly number[];

export interface PlayedVideo {
  id: string;
  /** Stores segments and facts; the tracks are complete when nothing is said. */
  store(...lengths: Lengths): Promise<void>;
  /** Says how many segments are stored. */
  announce(...lengths: Lengths): Promise<void>;
  /** Appends `transcoded`; `tracks` leaves out all others. */
  transcoded(tier: Tier, lengths: Lengths, tracks?: readonly string[]): Promise<void>;
}

export async function startGrowthStand(): Promise<GrowthStand> {
  const home = await mkdtemp(join(tmpdir(), 'rushes-growth-'));
  const ffmpeg = toolPath('FFMPEG_PATH');
  const facts = await encode(ffmpeg, home);
  const platform = await startPlatform({ home, env: { ACK_WAIT: '2s' }, args: ['--without', 'transcoder'] });
  const { endpoints } = platform;
  const connection = await connectAsTranscoder(endpoints, home);
  const client = connection.jetstream();
  const manager = await connection.jetstreamManager({ checkAPI: false });
  const logger = createLogger('tests', 'silent');
  const log = createLog({ connection, client, manager, service: 'transcoder', now: () => new Date(), log: logger });
  const storage = createStorage(adminClient(endpoints));
  const admin = await connectAs(endpoints.nats.url, 'packager', home);
  const own = await admin.jetstreamManager({ checkAPI: false });
  const api = { origin: endpoints.origin };
  return {
    ...{ api, encoded: home, ffmpeg, log },
    begin: () => begin({ api, clip: join(home, 'h264-180.mp4'), facts, log, client, storage, endpoints }),
    async untilGrown() {
      await until(
        'all announcements to be worked off',
        () => own.consumers.info('SEGMENTS', 'packager-growth'),
        ({ num_pending, num_ack_pending }) => num_pending === 0 && num_ack_pending === 0,
        20,
      );
    },
    async end() {
      await Promise.all([connection.close(), admin.close()]);
      await platform.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Two renditions and sound of a real clip where there is one, repeated until it is long enough. */
async function encode(ffmpeg: string, folder: string) {
  const made = { name: 'clip.mp4', seconds: 9, width: 640, height: 360, rate: '30000/1001', audio: true };
  const clip = (await realClip('VID_20191220_170832.mp4')) ?? (await makeClip(ffmpeg, folder, made));
  const input = ['-stream_loop', '-1', '-i', clip];
  const sizes = [[640, 360] as const, [320, 180] as const];
  return makeLadder({ ffmpeg, folder, input, seconds: SECONDS, sizes, audio: true });
}

interface Played {
  api: Api;
  clip: string;
  facts: Awaited<ReturnType<typeof makeLadder>>;
  log: Log;
  client: JetStreamClient;
  storage: Storage;
  endpoints: Endpoints;
}

async function begin(played: Played): Promise<PlayedVideo> {
  const { api, clip, facts: ladder, log, client, storage, endpoints } = played;
  const created = await register(api, clip);
  const { id } = created.video;
  await put(created, clip);
  await until(
    'the upload to be noticed',
    () => getVideo(api, id),
    ({ status }) => status === 'processing',
  );
  const folder = `videos/${id}/g1`;
  const whole: PackageFacts = moved(ladder.facts, folder);
  const bucket = endpoints.s3.mediaBucket;
  const soFar = (lengths: Lengths) => (lengths.length === 0 ? whole : growing(whole, ...lengths));
  const record = (result: Parameters<Log['execute']>[1] & { type: 'recordResult' }) => log.execute(id, result);
  await record({ type: 'recordResult', generation: 1, result: { verb: 'inspected', data: inspectionOf(whole) } });
  const stored = new Set<string>();
  return {
    id,
    async store(...lengths) {
      for (const { track, segments } of [...soFar(lengths).videos, ...soFar(lengths).audios]) {
        for (const key of [track.init.key, ...segments.map((segment) => segment.key)]) {
          if (stored.has(key)) continue;
          const body = ladder.bucket.objects.get(key.replace(folder, FOLDER))?.body ?? '';
          await storage.put(bucket, key, body, { contentType: 'video/mp4' });
          stored.add(key);
        }
        const facts = track.init.key.replace('init.mp4', 'track.json');
        await storage.put(bucket, facts, JSON.stringify(track), { contentType: 'application/json' });
      }
    },
    async announce(...lengths) {
      const tracks = [...soFar(lengths).videos, ...soFar(lengths).audios].map(({ id: rendition, track, segments }) => ({
        ...{ rendition, segments: segments.length },
        track: track.init.key.replace('init.mp4', 'track.json'),
      }));
      const news = { generation: 1, attempt: 1, tracks };
      await client.publish(segmentSubject(id), StringCodec().encode(JSON.stringify(news)));
    },
    async transcoded(tier, lengths, tracks) {
      const { videos, audios } = soFar(lengths);
      const isListed = (one: { id: string }) => tracks === undefined || tracks.includes(one.id);
      const data: DataOf<'transcoded'> = {
        ...{ tier, final: tier !== 'first', durationSeconds: SECONDS, visibility: 'public', encodeSeconds: 1 },
        renditions: videos.filter(isListed).map(({ rendition }) => ({ ...rendition, peakBitrate: MAXRATE })),
        audio: audios.filter(isListed).map(({ audio }) => audio),
        subtitles: [],
      };
      await record({ type: 'recordResult', generation: 1, result: { verb: 'transcoded', data } });
    },
  };
}

function moved(facts: PackageFacts, folder: string): PackageFacts {
  return JSON.parse(JSON.stringify(facts).replaceAll(FOLDER, folder)) as PackageFacts;
}

function inspectionOf({ videos, audios }: PackageFacts): DataOf<'inspected'> {
  const { data } = a.inspected();
  const renditions = videos.map(({ id, rendition: { codec, width, height } }) => ({
    ...{ id, codec, width, height, crf: 28, maxrate: MAXRATE, bufsize: MAXRATE },
    ...{ mode: 'encode' as const, reason: 'for the test' },
  }));
  const audio = audios.map(({ id, audio: { channels, bitrate, language } }) => ({
    ...{ id, codec: 'aac' as const, channels, bitrate, language, sourceStream: 1 },
  }));
  const source = { ...data.source, durationSeconds: SECONDS };
  return { ...data, source, plan: { ...data.plan, renditions, audio } };
}

function connectAsTranscoder({ nats }: Endpoints, home: string): Promise<NatsConnection> {
  return connectAs(nats.url, 'transcoder', home);
}

async function connectAs(url: string, service: string, home: string): Promise<NatsConnection> {
  const { NATS_USER, NATS_PASSWORD } = parseEnv(await readFile(join(home, 'config', `${service}.env`), 'utf8'));
  if (NATS_USER === undefined || NATS_PASSWORD === undefined) throw new Error(`${service}.env names no user of NATS`);
  return connect({ servers: url, user: NATS_USER, pass: NATS_PASSWORD, inboxPrefix: `_INBOX_${service}` });
}

function adminClient({ s3 }: Endpoints): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  return new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}
