import { Failure } from '@rushes/shared/errors';
import { STREAM } from '@rushes/shared/log';
import type { Checkpoint } from './database.ts';
import type { StreamManager } from './ports.ts';

/** Which log it is, and how far it has come. */
export interface LogEnd {
  logId: string;
  lastSequence: number;
}

/** From the leader of the stream. Throws Failure `bus_unavailable`. */
export async function readLogEnd(manager: StreamManager): Promise<LogEnd> {
  try {
    const { config, state } = await manager.streams.info(STREAM);
    return { logId: config.metadata?.logId ?? '', lastSequence: state.last_seq };
  } catch (error) {
    throw new Failure('bus_unavailable', { cause: error, detail: `asking for the end of ${STREAM}: ${String(error)}` });
  }
}

/** The read model and the log do not belong together: only a person can say which of the two is right. */
export class WrongLog extends Error {
  override readonly name = 'WrongLog';
}

export function assertSameLog(checkpoint: Pick<Checkpoint, 'logId' | 'sequence'>, log: LogEnd): void {
  const wayOut = 'rebuild the read model, or restore the log';
  if (checkpoint.logId !== log.logId) {
    throw new WrongLog(`the read model was made from the log ${checkpoint.logId}, and this is ${log.logId}: ${wayOut}`);
  }
  if (checkpoint.sequence > log.lastSequence) {
    throw new WrongLog(
      `the read model is at sequence ${checkpoint.sequence}, and the log ends at ${log.lastSequence}: ${wayOut}`,
    );
  }
}
