import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { homeLayout } from '../embedded/files.ts';
import { loadSecrets } from '../embedded/secrets.ts';
import { SERVICE_NAMES } from '../nats/index.ts';
import { secretFiles } from './secret-files.ts';

const home = mkdtempSync(join(tmpdir(), 'rushes-secrets-'));
afterAll(() => rmSync(home, { recursive: true }));

const secrets = loadSecrets(homeLayout(home));
const options = { natsPort: 4222, natsStoreDir: '/data', notifierUrl: 'http://notifier:8080/' };
const files = secretFiles(secrets, options);
const environmentOf = (name: string) => parseEnv(files.get(`${name}/rushes.env`) ?? '');

describe('secretFiles', () => {
  it.each(SERVICE_NAMES)('gives %s its own NATS user', (name) => {
    expect(environmentOf(name)).toMatchObject({ NATS_USER: name, NATS_PASSWORD: secrets.nats[name] });
  });

  it('gives a service nothing of another: no secret is in two folders of services', () => {
    const values = SERVICE_NAMES.flatMap((name) =>
      Object.entries(environmentOf(name)).flatMap(([key, value]) => (key === 'NATS_USER' ? [] : [value])),
    );
    expect(values.length).toBeGreaterThan(SERVICE_NAMES.length);
    expect(new Set(values).size).toBe(values.length);
  });

  it('gives catalog no keys of the object store, and the webhook token to ingest alone', () => {
    expect(Object.keys(environmentOf('catalog')).sort()).toEqual(['NATS_PASSWORD', 'NATS_USER']);
    const withToken = SERVICE_NAMES.filter((name) => 'S3_WEBHOOK_TOKEN' in environmentOf(name));
    expect(withToken).toEqual(['s3-event-ingest']);
  });

  it('has the servers know what the services are given', () => {
    const nats = files.get('nats/nats.conf') ?? '';
    const s3 = files.get('s3/s3.json') ?? '';
    for (const name of SERVICE_NAMES) expect(nats).toContain(secrets.nats[name]);
    for (const name of ['bootstrap', 'transcoder']) {
      expect(s3).toContain(environmentOf(name).AWS_SECRET_ACCESS_KEY);
    }
    expect(files.get('s3/notification.toml')).toContain(`bearer_token = "${environmentOf('notifier').NOTIFIER_TOKEN}"`);
  });

  it('writes the same again, for secrets that are kept', () => {
    expect(secretFiles(loadSecrets(homeLayout(home)), options)).toEqual(files);
  });

  it('refuses a value that the format cannot hold', () => {
    const odd = { ...secrets, nats: { ...secrets.nats, catalog: 'a"b' } };
    expect(() => secretFiles(odd, options)).toThrow('NATS_PASSWORD holds a quotation mark');
  });
});
