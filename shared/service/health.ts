import type { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { FastifyInstance } from 'fastify';
import type { JetStreamManager, NatsConnection } from 'nats';
import type { Logger } from 'pino';
import { wait } from '../bus/index.ts';

/** Something a service depends on. `probe` throws when it does not answer. */
export interface Check {
  name: string;
  probe(): Promise<void>;
}

export interface Health {
  /** False until the service runs and again while it stops. */
  started: boolean;
  checks: Check[];
}

const PROBE_MS = 2_000;
const UNHEALTHY_POLL_MS = 1_000;

/** `/livez`: the process answers. `/readyz`: so does everything it depends on, each named. `/metrics`: Prometheus. */
export function addHealthRoutes(http: FastifyInstance, prometheus: PrometheusExporter): Health {
  const health: Health = { started: false, checks: [] };
  http.get('/livez', async () => ({ status: 'alive' }));
  http.get('/readyz', async (_request, reply) => {
    const results = await Promise.all(health.checks.map(async (check) => [check.name, await stateOf(check)] as const));
    const ready = health.started && results.every(([, state]) => state === 'ok');
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : health.started ? 'degraded' : 'starting',
      checks: Object.fromEntries(results),
    });
  });
  http.get('/metrics', (request, reply) => {
    reply.hijack();
    prometheus.getMetricsRequestHandler(request.raw, reply.raw);
  });
  return health;
}

async function stateOf(check: Check): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${PROBE_MS} ms`), PROBE_MS);
  });
  try {
    return await Promise.race([check.probe().then(() => 'ok'), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when every check passes, or the signal aborts: an outage of what work needs must use up nobody's attempts. Says so once. */
export async function untilHealthy(checks: readonly Check[], log: Logger, signal: AbortSignal): Promise<void> {
  for (let said = false; !signal.aborted; said = true) {
    const states = await Promise.all(checks.map(async (check) => [check.name, await stateOf(check)] as const));
    const down = states.filter(([, state]) => state !== 'ok');
    if (down.length === 0) {
      if (said) log.info('what this service needs answers again');
      return;
    }
    if (!said)
      log.warn({ down: Object.fromEntries(down) }, 'something needed does not answer; taking no work until it does');
    await wait(UNHEALTHY_POLL_MS, signal);
  }
}

/**
 * NATS answers, and the log is there and still is the one of this service's start. A lost or replaced `VIDEO` stops everything:
 * it is never made anew in silence, and of another log nothing is known here.
 */
export function busCheck(connection: NatsConnection, manager: JetStreamManager): Check {
  let known: string | undefined;
  return {
    name: 'nats',
    async probe() {
      if (connection.isClosed()) throw new Error('the connection is closed');
      const { config } = await manager.streams
        .info('VIDEO')
        .catch((error: unknown) => withItsName(error, known !== undefined));
      const logId = config.metadata?.logId ?? 'none';
      known ??= logId;
      if (logId !== known) {
        throw new Error(
          `the log (stream VIDEO) is another one: its id was ${known} and is ${logId}; start Rushes again`,
        );
      }
    },
  };
}

/** The client says only "stream not found". Who never saw the log may have come before the bootstrap made it. */
function withItsName(error: unknown, wasThere: boolean): never {
  if (error instanceof Error && 'code' in error && error.code === '404') {
    const what = wasThere
      ? 'is gone: restore it from a backup'
      : 'is not there: the bootstrap makes it, or it has to be restored from a backup';
    throw new Error(`the log (stream VIDEO) ${what}`, { cause: error });
  }
  throw error;
}
