import type { Claims } from '@rushes/shared/claims';
import type { Log } from '@rushes/shared/log';
import type { Runtime } from '@rushes/shared/service';
import type { ScratchAccount, Step } from '@rushes/shared/stage';

/** What sharing a video with other workers takes beside what encoding does. */
export interface PiecesDeps {
  /** Workers that share one video, at most. */
  workers: number;
  claims: Pick<Claims, 'acquire' | 'read' | 'forget'>;
  eventLog: Pick<Log, 'read'>;
  scratch: Pick<ScratchAccount, 'reserve'>;
  scratchDir: string;
  /** Milliseconds; a claim is renewed every third of it. */
  leaseMs: number;
  log: Runtime['log'];
  /** Publishes on stream `PIECES`. */
  ask(subject: string, body: string): Promise<void>;
  /** Milliseconds; ends early when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Called at the steps of work on a piece; only tests give one. */
  onStep?: ((step: Step, videoId: string) => Promise<void>) | undefined;
}
