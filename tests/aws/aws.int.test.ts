import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import {
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { findTools, startPlatform, type TestPlatform } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import type { VideoView } from '@rushes/shared/video';
import hlsParser from 'hls-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, getEvents, put, register, until, untilDone } from '../setup/client.ts';
import { composeEnvironment } from './compose-environment.ts';
import { ACCOUNT, type Moto, startMoto } from './moto.ts';

const ROOT = join(import.meta.dirname, '../..');
const REGION = 'eu-central-1';
const DISTRIBUTION = `arn:aws:cloudfront::${ACCOUNT}:distribution/E2QWRUHAPOMQZL`;
const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:example-com-queue`;
const tools = findTools(process.env);

let folder: string;
let moto: Moto;
let platform: TestPlatform;
let s3: S3Client;
/** What a person sets for Compose; only addresses are moto's. */
let variables: Record<string, string>;
/** What the first bootstrap said. */
let said: string[];
const started: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-aws-'));
  started.push(() => rm(folder, { recursive: true, force: true }));
  moto = await startMoto();
  started.push(moto.stop);
  await writeFile(
    join(folder, 'credentials'),
    '[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n',
  );
  variables = {
    S3_REGION: REGION,
    UPLOADS_BUCKET: 'example-com-uploads',
    MEDIA_BUCKET: 'example-com-media',
    SQS_QUEUE_URL: `${moto.endpoint}/${ACCOUNT}/example-com-queue`,
    S3_ENDPOINT: moto.endpoint,
    S3_FORCE_PATH_STYLE: 'true',
  };
  platform = await startPlatform({ home: join(folder, 'home'), env: ofServices() });
  started.push(platform.stop);
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };
  s3 = new S3Client({ endpoint: moto.endpoint, region: REGION, forcePathStyle: true, credentials });
  said = await bootstrap();
});
afterAll(async () => {
  for (const stop of started.reverse()) await stop();
});

/** What Compose gives the services of S3 and SQS, for those that `npm start` runs. */
function ofServices(): Record<string, string> {
  const all = Object.entries(composeEnvironment('s3-event-ingest', variables));
  const names = /^(AWS|S3|SQS)_|_BUCKET$/;
  return { ...Object.fromEntries(all.filter(([name]) => names.test(name))), ...credentialsFile() };
}

function credentialsFile() {
  return { AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
}

/** Runs the bootstrap with the environment that Compose gives it, beside the running platform; what it logs. */
async function bootstrap(more: Record<string, string> = {}): Promise<string[]> {
  const admin = parseEnv(await readFile(join(folder, 'home/config/admin.env'), 'utf8'));
  const { MONGODB_REPLICA_SET, ...composed } = composeEnvironment('bootstrap', { ...variables, ...more });
  const state = join(folder, 'bootstrap');
  await mkdir(state, { recursive: true });
  const { NATS_URL, NATS_USER, NATS_PASSWORD } = admin;
  const env = { ...composed, ...credentialsFile(), NATS_URL, NATS_USER, NATS_PASSWORD, STATE_DIR: state };
  const script = join(ROOT, 'infra/bootstrap/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env: { PATH: process.env.PATH, ...env } });
  const lines = stdout.trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { level: number; msg: string })
    .map(({ level, msg }) => `${level} ${msg}`);
}

async function policyOfMedia() {
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket: variables.MEDIA_BUCKET }));
  return (JSON.parse(Policy) as { Statement: unknown[] }).Statement;
}

describe('the bootstrap, as Compose runs it with AWS', () => {
  it('gives buckets and queue their rules, and has S3 tell the queue of uploads', async () => {
    expect(said).toContain('30 S3: example-com-uploads tells example-com-queue of uploads');
    expect(said.filter((line) => !line.startsWith('30 '))).toEqual([]);
    const Bucket = variables.UPLOADS_BUCKET;
    const { QueueConfigurations } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(QueueConfigurations).toEqual([
      {
        Id: 'rushes-uploads',
        QueueArn: QUEUE_ARN,
        Events: ['s3:ObjectCreated:*'],
        Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'uploads/' }] } },
      },
    ]);
    const { CORSRules } = await s3.send(new GetBucketCorsCommand({ Bucket }));
    expect(CORSRules).toMatchObject([{ AllowedMethods: ['PUT'], ExposeHeaders: ['ETag'] }]);
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules).toMatchObject([{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }]);
  });

  it('lets everybody read videos/, and with a distribution only that', async () => {
    const videos = 'arn:aws:s3:::example-com-media/videos/*';
    expect(await policyOfMedia()).toMatchObject([{ Principal: '*', Action: ['s3:GetObject'], Resource: [videos] }]);
    await bootstrap({ CLOUDFRONT_DISTRIBUTION_ARN: DISTRIBUTION });
    expect(await policyOfMedia()).toMatchObject([
      {
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Resource: [videos],
        Condition: { ArnEquals: { 'aws:SourceArn': DISTRIBUTION } },
      },
    ]);
  });

  it('goes back without one, and leaves alone the notifications that are right', async () => {
    const before = moto.output().length;
    await bootstrap();
    const requests = moto.output().slice(before);
    expect(requests).toMatch(/"GET \/example-com-uploads\/?\?notification/);
    expect(requests).not.toMatch(/"PUT \/example-com-uploads\/?\?notification/);
    expect(await policyOfMedia()).toMatchObject([{ Principal: '*' }]);
  });
});

describe('a clip that is uploaded to AWS', () => {
  let api: { origin: string };
  let clip: string;
  let created: Awaited<ReturnType<typeof register>>;
  let video: VideoView;

  beforeAll(async () => {
    api = { origin: platform.endpoints.origin };
    const shape = { name: 'aws.mp4', seconds: 3, width: 640, height: 360, rate: '30', audio: true };
    clip = await makeClip(tools.ffmpeg, folder, shape);
    created = await register(api, clip);
    expect(new URL(created.upload.url).origin).toBe(moto.endpoint);
    expect(await put(created, clip)).toBe(200);
    video = await untilDone(api, created.video.id);
  });

  it('is noticed by the message that S3 put on the queue, and becomes ready', async () => {
    expect(video).toMatchObject({ status: 'ready', final: true, error: null });
    const uploaded = (await getEvents(api, video.id)).find(({ type }) => type === 'video.uploaded');
    expect(uploaded?.data).toMatchObject({ via: 'sqs', bucket: variables.UPLOADS_BUCKET });
  });

  it('cannot be written over with the link that still works', async () => {
    expect(await put(created, clip)).toBe(412);
  });

  it('plays through the edge', async () => {
    const hls = video.playback?.hls ?? '';
    expect(hls.startsWith(`${platform.endpoints.media}/videos/`)).toBe(true);
    const master = hlsParser.parse(await (await fetch(hls)).text());
    if (!master.isMasterPlaylist) throw new Error('not a master playlist');
    for (const { uri } of master.variants) {
      const url = new URL(uri, hls);
      const media = hlsParser.parse(await (await fetch(url)).text());
      if (media.isMasterPlaylist) throw new Error(`${uri} is a master playlist`);
      for (const { uri: segment } of media.segments) {
        const answer = await fetch(new URL(segment, url));
        expect(`${answer.status} ${answer.headers.get('access-control-allow-origin')}`).toBe('200 *');
        await answer.arrayBuffer();
      }
    }
    const args = ['-v', 'warning', '-i', hls, '-map', '0:v', '-map', '0:a', '-f', 'null', '-'];
    const { stderr } = await promisify(execFile)(tools.ffmpeg, args);
    expect(stderr).toBe('');
  });

  it('leaves both buckets when it is deleted', async () => {
    expect((await call(api, 'DELETE', `/v1/videos/${video.id}`)).status).toBe(202);
    const left = async () => {
      const lists = await Promise.all(
        [variables.UPLOADS_BUCKET, variables.MEDIA_BUCKET].map((Bucket) =>
          s3.send(new ListObjectsV2Command({ Bucket })),
        ),
      );
      return lists.flatMap(({ Contents = [] }) =>
        Contents.flatMap(({ Key = '' }) => (Key.includes(video.id) ? [Key] : [])),
      );
    };
    await until('its objects to be gone', left, (keys) => keys.length === 0);
  });
});
