import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_NAMES } from '../nats/index.ts';
import { writeEnvironmentFiles } from './env-files.ts';
import { homeLayout } from './files.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { parseSettings } from './settings.ts';
import { chooseTargets } from './targets.ts';

const home = mkdtempSync(join(tmpdir(), 'rushes-env-files-'));
const layout = homeLayout(home);
const ports = {
  ...Object.fromEntries(SERVICE_NAMES.map((name, index) => [name, 20_000 + index])),
  ...{ edge: 8080, nats: 4222, s3: 8333, sqs: 9324, mongod: 27017 },
};
const tools = {
  natsServer: '',
  mongod: '',
  weed: '',
  ffmpeg: '/tools/ffmpeg',
  ffprobe: '/tools/ffprobe',
  packager: '',
};
const env = {
  PATH: '/bin',
  A_TOKEN_OF_MINE: 'secret of the shell',
  UPLOAD_TTL: '5s',
  OTEL_SERVICE_NAME: 'say "rushes"',
  FFMPEG_PATH: '',
};
const fileOf = (name: string) => join(layout.config, `${name}.env`);
const read = (name: string) => parseEnv(readFileSync(fileOf(name), 'utf8'));

let secrets: Secrets;
beforeAll(() => {
  secrets = loadSecrets(layout);
  const settings = parseSettings({ RUSHES_HOME: home, ...env }, []);
  const targets = chooseTargets(settings, secrets, ports);
  writeEnvironmentFiles(layout, ports, { settings, targets, tools, scratchDir: '/scratch', env });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('writeEnvironmentFiles', () => {
  it('writes a file for every service, readable by its owner alone, with that service’s identity', () => {
    for (const name of SERVICE_NAMES) {
      expect(statSync(fileOf(name)).mode & 0o777).toBe(0o600);
      expect(read(name)).toMatchObject({ NATS_USER: name, NATS_PASSWORD: secrets.nats[name], HOST: '127.0.0.1' });
    }
    expect(read('catalog').MONGODB_URL).toBe('mongodb://127.0.0.1:27017/?directConnection=true');
    expect(read('transcoder')).toMatchObject({ FFMPEG_PATH: '/tools/ffmpeg', SCRATCH_DIR: '/scratch/transcoder' });
  });

  it('writes what configures Rushes, quotes and all, and nothing else of the shell’s environment', () => {
    for (const name of SERVICE_NAMES) {
      expect(read(name)).toMatchObject({ UPLOAD_TTL: '5s', OTEL_SERVICE_NAME: 'say "rushes"' });
      expect(readFileSync(fileOf(name), 'utf8')).not.toMatch(/A_TOKEN_OF_MINE|^PATH=/m);
    }
  });

  it('writes the administrator’s identities into a file of their own', () => {
    expect(statSync(fileOf('admin')).mode & 0o777).toBe(0o600);
    expect(read('admin')).toMatchObject({
      NATS_URL: 'nats://127.0.0.1:4222',
      NATS_USER: 'admin',
      NATS_PASSWORD: secrets.nats.admin,
      AWS_SECRET_ACCESS_KEY: secrets.s3.admin.secretAccessKey,
      MEDIA_BUCKET: 'rushes-media',
    });
    for (const name of SERVICE_NAMES) {
      expect(readFileSync(fileOf(name), 'utf8')).not.toContain(secrets.nats.admin);
    }
  });
});
