import { watchReconnects } from '../bus/index.ts';
import { createClaims } from '../claims/index.ts';
import type { MediaConfig, NatsConfig, Runtime, S3Config } from '../service/index.ts';
import { createS3Client, createStorage } from '../storage/index.ts';
import { createScratchAccount, measureRoom } from './scratch.ts';
import type { StageDeps } from './types.ts';

export type StageConfig = NatsConfig & S3Config & MediaConfig;

/** What a media service needs for its stage: claims under its own name, the store, scratch, slots. */
export async function createStageDeps(
  runtime: Runtime,
  config: StageConfig,
  options: { bucket: string; onStep?: StageDeps['onStep'] },
): Promise<StageDeps> {
  const kv = await runtime.client.views.kv('CLAIMS', { bindOnly: true });
  return {
    runtime,
    claims: createClaims({
      client: runtime.client,
      kv,
      worker: runtime.worker,
      leaseMs: config.ACK_WAIT,
      now: runtime.now,
      reconnectedAt: watchReconnects(runtime.connection, runtime.now),
    }),
    storage: createStorage(createS3Client(config)),
    bucket: options.bucket,
    scratchDir: config.SCRATCH_DIR,
    scratch: createScratchAccount({
      maxBytes: config.SCRATCH_MAX_BYTES,
      roomBytes: () => measureRoom(config.SCRATCH_DIR),
    }),
    ackWaitMs: config.ACK_WAIT,
    slots: config.CONCURRENCY,
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
  };
}
