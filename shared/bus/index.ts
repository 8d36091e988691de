export { type BusOptions, connectBus, isWrongLastSequence, jetStreamErrorCode, watchReconnects } from './connect.ts';
export type { DurableName, Durables } from './pull.ts';
export { removeKey } from './remove-key.ts';
export { wait } from './wait.ts';
export { type Delivery, type Outcome, startWorker, type Worker, type WorkerOptions } from './worker.ts';
