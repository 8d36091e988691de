import { connectBus } from '@rushes/shared/bus';
import { createLog } from '@rushes/shared/log';
import { ConfigError, createLogger } from '@rushes/shared/service';
import { parseIngestConfig } from './config.ts';
import { createReconcileDeps } from './reconcile-deps.ts';
import { reconcileAll } from './round.ts';

const SERVICE = 's3-event-ingest';
/** Where the reconciler begins when nothing is known. */
const BEGINNING = { index: 0, recent: '', bucket: '', reprocessed: 1 };

/**
 * The uploads' part of `npm run repair`: makes the index anew from the log and compares the whole uploads bucket with it, in the
 * name of the ingest and beside a running one. What it finds amiss it says in its log, a line for each.
 */
async function repair(): Promise<void> {
  const config = parseIngestConfig(process.env);
  const log = createLogger(SERVICE, 'warn');
  const bus = { url: config.NATS_URL, user: config.NATS_USER, password: config.NATS_PASSWORD };
  const connection = await connectBus({ service: SERVICE, ...bus, credentials: config.NATS_CREDS }, log);
  const manager = await connection.jetstreamManager({ checkAPI: false });
  const client = connection.jetstream();
  const now = () => new Date();
  const eventLog = createLog({ connection, client, manager, service: SERVICE, now, log });
  const deps = await createReconcileDeps({ connection, client, manager, eventLog, now, log }, config);
  // A restored position may lie beyond the end of the restored log.
  const { revision } = await deps.index.readPosition();
  await deps.index.writePosition(BEGINNING, revision);
  const { found, orphans, retries, stalled, open } = await reconcileAll(deps, new AbortController().signal);
  process.stdout.write(
    `uploads: ${found} found that the log did not know, ${orphans} objects kept that no video asked for\n` +
      `index: ${open} videos that something is still expected of; ${retries} asked for again, ${stalled} failed as stalled\n`,
  );
  await connection.drain();
}

process.exitCode = await repair().then(
  () => 0,
  (error: unknown) => {
    const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${SERVICE}: ${text}\n`);
    return 1;
  },
);
