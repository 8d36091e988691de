import cors from '@fastify/cors';
import { corsOptions } from '@rushes/shared/http';
import { meter, type Runtime, type Service } from '@rushes/shared/service';
import type { CatalogConfig } from './config.ts';
import { createCursors } from './cursor.ts';
import { type Checkpoint, cursorKey, openDatabase } from './database.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createDiscards } from './discards.ts';
import { createFeed } from './feed.ts';
import { readFoldVersion } from './fold-version.ts';
import { createLive } from './live.ts';
import { readLogEnd } from './log-end.ts';
import { createPosition } from './position.ts';
import { subscribeToProgress } from './progress.ts';
import { type Projector, startProjector } from './projector.ts';
import { createReads } from './reads.ts';
import { addCatalogRoutes } from './routes.ts';

/** The right to project is free again this long after a replica died. */
const LEASE_MS = 10_000;

/** Projects the log into MongoDB and answers from there; every replica reads, one of them writes. */
export async function createCatalog(runtime: Runtime, config: CatalogConfig): Promise<Service> {
  const { log, manager, eventLog, now } = runtime;
  const database = openDatabase(config.MONGODB_URL);
  const position = createPosition(() => database.checkpoints.findOne({ _id: 'videos' }));
  const board = subscribeToProgress(runtime);
  const logEnd = () => readLogEnd(manager);
  const cursors = async () => createCursors(await cursorKey(database));
  const reads = createReads({ database, position, cursors, logEnd, now });
  const live = createLive({ reads, feed: createFeed({ position, changed: reads.changed, log }), board, log });
  const kv = await runtime.client.views.kv('CLAIMS', { bindOnly: true });
  const discards = createDiscards({
    ...runtime,
    kv: await runtime.client.views.kv('DEAD_LETTERS', { bindOnly: true }),
  });
  const deadLetters = createDeadLetters({ database, eventLog, discards, cursors, log });
  const foldVersion = await readFoldVersion();
  const projected = meter().createGauge('rushes.projected.sequence', {
    description: 'Last sequence of the log that is in the read model, where this replica projects.',
  });
  const onProgress = ({ sequence }: Checkpoint) => {
    projected.record(sequence);
    position.wake();
  };
  let projector: Projector | undefined;

  await runtime.http.register(cors, corsOptions(config.ALLOWED_ORIGINS));
  addCatalogRoutes(runtime.http, { reads, live, board, eventLog, logEnd, now });
  addDeadLetterRoutes(runtime.http, { deadLetters, serving: reads.whole });

  return {
    checks: [
      { name: 'mongodb', probe: async () => void (await database.db.command({ ping: 1 })) },
      { name: 'projection', probe: async () => assertProjected(projector, await position.now()) },
    ],
    async start() {
      const leaseMs = Math.min(LEASE_MS, config.ACK_WAIT);
      const cdnBaseUrl = config.CDN_BASE_URL;
      projector = startProjector({ ...runtime, database, kv, leaseMs, cdnBaseUrl, foldVersion, onProgress });
    },
    async stop() {
      live.stop();
      board.stop();
      await projector?.stop();
      await database.close();
    },
  };
}

/** Ready when the read model is whole and belongs to this log, whichever replica projects. */
function assertProjected(projector: Projector | undefined, checkpoint: Checkpoint | null): void {
  const state = projector?.state();
  if (state?.kind === 'stopped' || state?.kind === 'failing') throw new Error(state.reason);
  if (checkpoint === null) throw new Error('there is no read model yet');
  if (checkpoint.sequence < checkpoint.target) {
    throw new Error(`building the read model: at ${checkpoint.sequence} of ${checkpoint.target}`);
  }
}
