/**
 * What other origins may do, for `@fastify/cors`. The same for every service of the API: the edge sends a preflight by its path
 * alone, so one service answers for calls that another one will get.
 */
export function corsOptions(origins: readonly string[]) {
  return {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      ...['content-type', 'authorization', 'idempotency-key', 'if-match', 'if-none-match'],
      ...['last-event-id', 'rushes-min-seq'],
    ],
    exposedHeaders: ['rushes-seq', 'etag', 'location', 'retry-after'],
    /** Seconds. */
    maxAge: 3_600,
  };
}
