import { wait } from '@rushes/shared/bus';
import type { Runtime } from '@rushes/shared/service';
import { type Notification, readNotificationText } from './core/notification.ts';
import type { Queue, QueueMessage } from './queue.ts';
import type { Verdict } from './record.ts';

export interface PollerOptions {
  queue: Queue;
  /** Looks at one object; throws when log or store does not answer. */
  record(object: { bucket: string; key: string }): Promise<Verdict>;
  /** Resolves when log and store answer: nothing is received before, or messages would use up their receives. */
  healthy(signal: AbortSignal): Promise<void>;
  log: Runtime['log'];
}

export interface Poller {
  /** Receives nothing more and waits for what is being worked on. */
  stop(): Promise<void>;
}

/** A message of an object that is not there is given up after so many receives. */
const MAX_RECEIVES = 10;
/** Log or store failed in between: shown again after this time, seconds. */
const HAND_BACK_SECONDS = 5;
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/**
 * The long-poll loop. A message is deleted only when every object it names is settled in the log; a crash before that shows
 * it again, and then the log says that nothing is left to do.
 */
export function startPoller(options: PollerOptions): Poller {
  const stopping = new AbortController();
  const running = poll(options, stopping.signal);
  return {
    async stop() {
      stopping.abort(new Error('the service is stopping'));
      await running;
    },
  };
}

async function poll(options: PollerOptions, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    await options.healthy(signal);
    if (signal.aborted) return;
    const messages = await receive(options, failures, signal);
    if (messages === null) {
      failures += 1;
      await wait(retryMs(failures), signal);
      continue;
    }
    failures = 0;
    await Promise.all(messages.map((message) => workOff(options, message)));
  }
}

/** Doubles from 1 s to 30 s, spread so that replicas do not come back all at once. */
function retryMs(failures: number): number {
  return Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
}

/** Null when the queue did not answer; said once an outage. */
async function receive(options: PollerOptions, failures: number, signal: AbortSignal): Promise<QueueMessage[] | null> {
  try {
    const messages = await options.queue.receive(signal);
    if (failures > 0) options.log.info('the queue answers again');
    return messages;
  } catch (error) {
    if (!signal.aborted && failures === 0) {
      options.log.warn({ err: error }, 'the queue does not answer; trying until it does');
    }
    return null;
  }
}

async function workOff(options: PollerOptions, message: QueueMessage): Promise<void> {
  const log = options.log.child({ messageId: message.id });
  try {
    const verdicts = await settleAll(options, readNotificationText(message.body), log);
    if (!verdicts.includes('missing')) return await options.queue.remove(message);
    if (message.receives <= MAX_RECEIVES) return;
    log.warn({ receives: message.receives }, 'the upload never appeared; giving its notification up');
    await options.queue.remove(message);
  } catch (error) {
    log.error({ err: error, receives: message.receives }, 'cannot settle a notification; handing it back to the queue');
    await handBack(options, message, log);
  }
}

async function settleAll(
  options: PollerOptions,
  notifications: readonly Notification[],
  log: PollerOptions['log'],
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const notification of notifications) {
    if (notification.kind === 'created') verdicts.push(await options.record(notification));
    else log.info({ reason: notification.reason }, 'a message that tells of no upload; removed from the queue');
  }
  return verdicts;
}

/** Where that fails too the message comes back by itself when its time is up. */
async function handBack({ queue }: PollerOptions, message: QueueMessage, log: PollerOptions['log']): Promise<void> {
  try {
    await queue.handBack(message, HAND_BACK_SECONDS);
  } catch (error) {
    log.warn({ err: error }, 'cannot hand a message back; it comes again when its time is up');
  }
}
