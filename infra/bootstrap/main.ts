import { ConfigError, createLogger } from '@rushes/shared/service';
import { startKeeper } from '../embedded/keeper.ts';
import { bootstrap, ensureBus } from './bootstrap.ts';
import { parseBootstrapConfig } from './config.ts';

const LOST_AGAIN_MS = 60_000;

const stopping = new AbortController();
// The first process of a container ignores signals that it does not listen for.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
process.exit(await main());

async function main(): Promise<number> {
  const config = parseOrSay();
  if (config === null) return 1;
  const log = createLogger('bootstrap', config.logLevel);
  const newId = () => crypto.randomUUID();
  const waiting = (what: string, why: string) => log.info({ why }, `waiting for ${what}`);
  const patience = { forMs: config.patienceMs, signal: stopping.signal, now: Date.now, waiting };
  const say = (line: string) => (line.startsWith('! ') ? log.warn(line.slice(2)) : log.info(line));
  try {
    await bootstrap(config, { patience, newId, say, warn: (line) => log.warn(line) });
  } catch (error) {
    if (stopping.signal.aborted) return 0;
    log.fatal({ err: error }, 'the servers could not be prepared');
    return 1;
  }
  const { everyMs } = config;
  if (everyMs === undefined) return 0;
  const ensure = () => ensureBus(config.nats, newId);
  const keeper = startKeeper({ ensure, say, intervalMs: everyMs, repeatMs: LOST_AGAIN_MS, now: Date.now });
  log.info({ everyMs }, 'started: looks after streams, buckets and durables');
  await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
  await keeper.stop();
  return 0;
}

/** Null when the environment is wrong, which it then says. */
function parseOrSay() {
  try {
    return parseBootstrapConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`bootstrap: ${error.message}\n`);
    return null;
  }
}
