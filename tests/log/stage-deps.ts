import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClaims } from '@rushes/shared/claims';
import { createScratchAccount, measureRoom, type StageDeps } from '@rushes/shared/stage';
import type { Storage } from '@rushes/shared/storage';
import { v7 as uuidv7 } from 'uuid';
import { ACK_WAIT_MS, type LogUser, silent } from './harness.ts';

/** What a stage needs, on the real bus; of the store only that it answers, for these tests' work stores nothing. */
export async function stageDepsOf(user: LogUser, service: string, more: Partial<StageDeps> = {}): Promise<StageDeps> {
  const worker = `${service}-${uuidv7()}`;
  const now = () => new Date();
  const kv = await user.client.views.kv('CLAIMS', { bindOnly: true });
  const scratchDir = join(tmpdir(), `rushes-stage-${process.pid}`);
  return {
    // No HTTP server: a stage answers nobody.
    runtime: { ...user, service, worker, log: silent, now, http: undefined as never },
    claims: createClaims({ client: user.client, kv, worker, leaseMs: ACK_WAIT_MS, now }),
    storage: { ping: async () => undefined } as unknown as Storage,
    bucket: 'rushes-media',
    scratchDir,
    scratch: createScratchAccount({ roomBytes: () => measureRoom(scratchDir) }),
    ackWaitMs: ACK_WAIT_MS,
    slots: 1,
    ...more,
  };
}
