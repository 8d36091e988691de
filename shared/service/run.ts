import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { JetStreamClient, JetStreamManager, NatsConnection } from 'nats';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { connectBus } from '../bus/index.ts';
import { createHttpServer } from '../http/server.ts';
import { createLog, type Log } from '../log/index.ts';
import { ConfigError, type ServiceConfig } from './config.ts';
import { addHealthRoutes, busCheck, type Check } from './health.ts';
import { createLogger } from './logger.ts';
import { startTelemetry } from './telemetry.ts';

/** What every service is given: connected, logged, with an HTTP server of its own that already answers `/livez`. */
export interface Runtime {
  service: string;
  /** Unique to this process; names the holder of claims. */
  worker: string;
  log: Logger;
  connection: NatsConnection;
  client: JetStreamClient;
  manager: JetStreamManager;
  eventLog: Log;
  http: FastifyInstance;
  now: () => Date;
}

/** A service as its `createX(…)` returns it. */
export interface Service {
  /** What `/readyz` checks besides NATS. */
  checks: Check[];
  start(): Promise<void>;
  /** Takes no new work and hands back what runs. */
  stop(): Promise<void>;
}

/** A stop that takes longer is cut off: what was not handed back comes again after its lease. */
const STOP_MS = 10_000;

/** The whole life of a service process, from configuration to the last log line. The only thing a `main.ts` calls. */
export async function runService<Config extends ServiceConfig>(
  name: string,
  parse: (env: NodeJS.ProcessEnv) => Config,
  create: (runtime: Runtime, config: Config) => Promise<Service> | Service,
): Promise<void> {
  const config = parseOrSay(name, parse);
  if (config === null) {
    process.exitCode = 1;
    return;
  }
  const telemetry = startTelemetry(name, process.env);
  const log = createLogger(name, config.LOG_LEVEL);
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  const http = createHttpServer(log);
  const health = addHealthRoutes(http, telemetry.prometheus);
  const stopSignal = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });

  // Empty until everything runs: what never started has nothing to hand back.
  const running: { connection: NatsConnection; service: Service }[] = [];
  const started = (async () => {
    const connection = await connectBus(
      {
        service: name,
        url: config.NATS_URL,
        user: config.NATS_USER,
        password: config.NATS_PASSWORD,
        credentials: config.NATS_CREDS,
      },
      log,
    );
    const runtime = await createRuntime(name, connection, http, log);
    const service = await create(runtime, config);
    // Routes are there now; only a listening server can be found ready.
    const address = await http.listen({ host: config.HOST, port: config.PORT });
    health.checks.push(busCheck(connection, runtime.manager), ...service.checks);
    await service.start();
    health.started = true;
    running.push({ connection, service });
    log.info({ address }, 'started');
  })();

  const outcome = await Promise.race([
    stopSignal,
    started.then(
      () => stopSignal,
      (error: unknown) => {
        log.fatal({ err: error }, 'could not start');
        return 'could not start';
      },
    ),
  ]);
  health.started = false;
  log.info({ reason: outcome }, 'stopping');
  setTimeout(() => {
    log.warn('stopping took too long; leaving the rest to the next worker');
    process.exit(1);
  }, STOP_MS).unref();
  for (const { service } of running) await service.stop();
  await http.close();
  for (const { connection } of running) await connection.drain();
  await telemetry.stop();
  log.info('stopped');
  process.exit(outcome === 'could not start' ? 1 : 0);
}

/** Builds what services share on a connection. */
export async function createRuntime(
  service: string,
  connection: NatsConnection,
  http: FastifyInstance,
  log: Logger,
): Promise<Runtime> {
  const manager = await connection.jetstreamManager({ checkAPI: false });
  const client = connection.jetstream();
  const now = () => new Date();
  return {
    service,
    worker: `${hostname()}-${process.pid}-${uuidv7()}`,
    log,
    connection,
    client,
    manager,
    eventLog: createLog({ connection, client, manager, service, now, log }),
    http,
    now,
  };
}

/** Null when the environment is wrong, which it then says, every wrong variable by its name. */
function parseOrSay<Config>(name: string, parse: (env: NodeJS.ProcessEnv) => Config): Config | null {
  try {
    return parse(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    return null;
  }
}
