import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_NAMES } from '../nats/index.ts';
import { homeLayout, resetHome } from './files.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { serviceEnvironment } from './service-env.ts';
import { parseSettings } from './settings.ts';
import { chooseTargets } from './targets.ts';

const home = mkdtempSync(join(tmpdir(), 'rushes-env-'));
const layout = homeLayout(home);
let secrets: Secrets;
beforeAll(() => {
  secrets = loadSecrets(layout);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const ports = { edge: 8080, nats: 4222, s3: 8333, sqs: 9324, mongod: 27017 };
const tools = {
  natsServer: '',
  mongod: '',
  weed: '',
  ffmpeg: '/tools/ffmpeg',
  ffprobe: '/tools/ffprobe',
  packager: '',
};

function environmentOf(service: (typeof SERVICE_NAMES)[number], env: Record<string, string> = {}) {
  const settings = parseSettings({ RUSHES_HOME: home, ...env }, []);
  const targets = chooseTargets(settings, secrets, ports);
  return serviceEnvironment(service, { settings, targets, tools, scratchDir: '/scratch', env });
}

describe('serviceEnvironment', () => {
  it('gives every service its own user of NATS and nobody else’s password', () => {
    for (const service of SERVICE_NAMES) {
      const env = environmentOf(service);
      expect(env).toMatchObject({
        NATS_URL: 'nats://127.0.0.1:4222',
        NATS_USER: service,
        NATS_PASSWORD: secrets.nats[service],
      });
      const others = Object.entries(secrets.nats).filter(([user]) => user !== service);
      for (const [, password] of others) expect(JSON.stringify(env)).not.toContain(password);
    }
  });

  it('gives each S3 identity to its service alone, and catalog none', () => {
    for (const service of SERVICE_NAMES) {
      const text = JSON.stringify(environmentOf(service));
      for (const [identity, { secretAccessKey }] of Object.entries(secrets.s3)) {
        expect(`${service} ${identity} ${text.includes(secretAccessKey)}`).toBe(
          `${service} ${identity} ${identity === service}`,
        );
      }
    }
    expect(environmentOf('catalog').S3_ENDPOINT).toBeUndefined();
  });

  it('gives MongoDB to catalog alone, the queue to ingest alone', () => {
    for (const service of SERVICE_NAMES) {
      const env = environmentOf(service);
      expect(`${service} ${env.MONGODB_URL !== undefined}`).toBe(`${service} ${service === 'catalog'}`);
      expect(`${service} ${env.SQS_QUEUE_URL !== undefined}`).toBe(`${service} ${service === 's3-event-ingest'}`);
    }
    expect(environmentOf('s3-event-ingest').SQS_QUEUE_URL).toBe('http://127.0.0.1:9324/000000000000/rushes-uploads');
  });

  it('lets through what is set for npm start, and no secret of the person who started it', () => {
    const set = {
      LOG_LEVEL: 'debug',
      ACK_WAIT: '2s',
      UPLOAD_TTL: '5s',
      FFMPEG_PATH: '',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://o',
    };
    expect(environmentOf('transcoder', set)).toMatchObject({ ...set, FFMPEG_PATH: '/tools/ffmpeg' });
    const env = environmentOf('catalog', {
      AWS_SESSION_TOKEN: 'x',
      API_KEYS_FILE: '/keys',
      PORT: '99',
      npm_config_x: 'y',
    });
    expect(env).not.toHaveProperty('AWS_SESSION_TOKEN');
    expect(env).not.toHaveProperty('PORT');
    expect(env).not.toHaveProperty('npm_config_x');
  });

  it('points at servers given from outside, with the keys given for them', () => {
    const outside = {
      S3_ENDPOINT: 'https://store.example',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
      UPLOADS_BUCKET: 'up-here',
      NATS_URL: 'nats://bus.example:4222',
      NATS_USER: 'me',
      NATS_PASSWORD: 'word',
      MONGODB_URL: 'mongodb://db.example/x',
      SQS_QUEUE_URL: 'https://sqs.example/1/q',
    };
    expect(environmentOf('s3-event-ingest', outside)).toMatchObject({
      S3_ENDPOINT: 'https://store.example',
      UPLOADS_BUCKET: 'up-here',
      AWS_ACCESS_KEY_ID: 'id',
      NATS_URL: 'nats://bus.example:4222',
      NATS_USER: 'me',
      SQS_QUEUE_URL: 'https://sqs.example/1/q',
      SQS_ENDPOINT: 'https://sqs.example',
    });
    expect(environmentOf('catalog', outside).MONGODB_URL).toBe('mongodb://db.example/x');
  });

  it('allows the edge under both names of this machine and the origins that were set', () => {
    expect(environmentOf('upload-api', { ALLOWED_ORIGINS: 'https://a.example' }).ALLOWED_ORIGINS).toBe(
      'http://127.0.0.1:8080,http://localhost:8080,https://a.example',
    );
  });
});

describe('secrets', () => {
  it('are kept, and readable by their owner alone', () => {
    expect(loadSecrets(layout)).toEqual(secrets);
    expect(statSync(layout.secrets).mode & 0o777).toBe(0o600);
  });

  it('are new after a reset', () => {
    resetHome(layout);
    expect(loadSecrets(layout).nats.admin).not.toBe(secrets.nats.admin);
  });
});

describe('parseSettings', () => {
  it('names every wrong variable', () => {
    const wrong = { RUSHES_PORT: 'x', ACK_WAIT: 'soon', S3_ENDPOINT: 'nowhere' };
    for (const name of Object.keys(wrong)) expect(() => parseSettings(wrong, [])).toThrow(name);
  });

  it('knows --reset and nothing else', () => {
    expect(parseSettings({}, ['--reset']).reset).toBe(true);
    expect(() => parseSettings({}, ['--rest'])).toThrow(/--rest/);
  });
});
