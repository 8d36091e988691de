import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { findTools, startPlatform, type TestPlatform } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { process as processClip, until } from '../setup/client.ts';

let folder: string;
let platform: TestPlatform;
let connection: NatsConnection;
let manager: JetStreamManager;
let clip: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-lost-'));
  const home = join(folder, 'home');
  platform = await startPlatform({ home, env: { ACK_WAIT: '2s' } });
  const admin = parseEnv(await readFile(join(home, 'config/admin.env'), 'utf8'));
  connection = await connect({ servers: admin.NATS_URL ?? '', user: admin.NATS_USER, pass: admin.NATS_PASSWORD });
  manager = await connection.jetstreamManager();
  const short = { name: 'short.mp4', width: 160, height: 90, rate: '25', seconds: 1, audio: false };
  clip = await makeClip(findTools(process.env).ffmpeg, folder, short);
});
afterAll(async () => {
  await connection.close();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const upload = () => processClip(platform.endpoints, clip, { profile: 'fast' });

async function readiness(): Promise<{ service: string; status: number; nats: string }[]> {
  return Promise.all(
    Object.entries(platform.endpoints.services).map(async ([service, { url }]) => {
      const answer = await fetch(`${url}/readyz`);
      const { checks } = (await answer.json()) as { checks: Record<string, string> };
      return { service, status: answer.status, nats: checks.nats ?? '' };
    }),
  );
}

describe('while everything runs', () => {
  it('a durable that was lost is made again, acknowledges what is done and brings what is new', async () => {
    expect((await upload()).status).toBe('ready');
    await Promise.all(['transcoder', 'packager'].map((name) => manager.consumers.delete('VIDEO', name)));
    await until(
      'the durables',
      async () => platform.output(),
      (text) => /made again on NATS: .*packager/.test(text),
    );
    expect((await upload()).status).toBe('ready');
    const isDone = async () => {
      const infos = await Promise.all(['transcoder', 'packager'].map((name) => manager.consumers.info('VIDEO', name)));
      return infos.map(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending);
    };
    await until('all to be acknowledged', isDone, ([transcoder, packager]) => transcoder === 0 && packager === 0);
  });

  it('a lost log stops everything: every service and the terminal name it, and nothing is made anew', async () => {
    await manager.streams.delete('VIDEO');
    await until(
      'the terminal to say so',
      async () => platform.output(),
      (text) => text.includes('(stream VIDEO, log id'),
    );
    expect(platform.output()).toMatch(/! The log \(stream VIDEO, log id [^)]*\) is gone: .* Restore it from a backup/);
    const services = await until('all to be unready', readiness, (all) => all.every(({ status }) => status === 503));
    expect(services.map(({ service }) => service)).toHaveLength(6);
    for (const { service, nats } of services) expect(`${service}: ${nats}`).toContain('the log (stream VIDEO) is gone');
    await expect(manager.streams.info('VIDEO')).rejects.toThrow('stream not found');
    expect(await platform.stop()).toBe(0);
  });
});
