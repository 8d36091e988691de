export { type BusOptions, connectBus, isWrongLastSequence, jetStreamErrorCode } from './connect.ts';
export { type Delivery, type Outcome, startWorker, type Worker, type WorkerOptions, wait } from './worker.ts';
