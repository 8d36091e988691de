import type { Runtime } from '@rushes/shared/service';

/** What the runtime gives, by the names it has here. */
export type Logger = Runtime['log'];
export type Connection = Runtime['connection'];
export type StreamManager = Runtime['manager'];
/** A key-value bucket of NATS. */
export type Bucket = Awaited<ReturnType<Runtime['client']['views']['kv']>>;
