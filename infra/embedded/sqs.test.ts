import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootstrapQueue, sqsClient, UPLOADS_QUEUE } from '../storage/queue.ts';
import { freePort } from '../testing/free-port.ts';
import { homeLayout, type Layout, makeFolders } from './files.ts';
import { nodeSpec, sqsProcess } from './node-processes.ts';
import { createSupervisor, type Supervisor } from './processes.ts';

let layout: Layout;
let supervisor: Supervisor;
let port: number;
const keys = { accessKeyId: 'id', secretAccessKey: 'key' };

beforeEach(async () => {
  layout = homeLayout(await mkdtemp(join(tmpdir(), 'rushes-sqs-')));
  makeFolders(layout);
  port = await freePort();
  await start();
});
afterEach(async () => {
  await supervisor.stop([]);
  await rm(layout.home, { recursive: true, force: true });
});

async function start() {
  supervisor = createSupervisor({ logsDir: layout.logs, report: () => undefined, changed: () => undefined });
  await supervisor.start(nodeSpec(sqsProcess(port, layout, 'us-east-1', {}), layout));
}

describe('the SQS of npm start', () => {
  it('keeps queue and messages over a restart, also when it is killed', async () => {
    const client = sqsClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', keys });
    await bootstrapQueue(client, UPLOADS_QUEUE);
    await bootstrapQueue(client, UPLOADS_QUEUE);
    const QueueUrl = `http://127.0.0.1:${port}/000000000000/${UPLOADS_QUEUE}`;
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    process.kill(supervisor.running()[0]?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => supervisor.running()).toEqual([]);
    await supervisor.stop([]);
    await start();
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['hello']);
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ VisibilityTimeout: '60', MessageRetentionPeriod: '1209600' });
    client.destroy();
  });

  it('is reached from this machine only', async () => {
    const outside = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const addresses = outside
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address);
    for (const address of addresses) await expect(fetch(`http://${address}:${port}/health`)).rejects.toThrow();
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });
});
