import { type Logger, pino } from 'pino';
import { currentTraceId } from './telemetry.ts';

/** JSON lines on stdout, each with the service and, inside a span, its trace id. What may hold a secret is left out. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    name: service,
    level,
    base: { service },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
    redact: {
      paths: ['password', '*.password', 'headers.authorization', '*.headers.authorization', 'url.search', 'token'],
      remove: true,
    },
  });
}
