import { StringCodec } from 'nats';
import type { Tier } from '../events/index.ts';
import type { Runtime } from '../service/index.ts';
import { paceAfter, unknownPace } from './time-left.ts';

/** More than half a second, so that there are two a second at most also where they arrive. */
const MIN_INTERVAL_MS = 600;
const text = StringCodec();

export interface ProgressReporter {
  /** 0…100. What is lower than before is passed over, and what comes too soon is told when it is time. */
  report(percent: number): void;
  /** Tells nothing more: the job is over. */
  stop(): void;
}

/** What a message is about; `tier` when the job is one. */
export interface ProgressSubject {
  videoId: string;
  generation: number;
  stage: string;
  tier?: Tier | undefined;
}

/**
 * Reports percents to `progress.<videoId>.<stage>`, with the seconds left: at most two a second, never backwards. Not
 * history: nobody acknowledges it, and a lost one is made up for by the next.
 */
export function createProgress(
  deps: { connection: Pick<Runtime['connection'], 'isClosed' | 'publish'>; now: Runtime['now'] },
  { videoId, ...about }: ProgressSubject,
): ProgressReporter {
  let highest = -1;
  let lastAt = Number.NEGATIVE_INFINITY;
  let pace = unknownPace;
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    const at = deps.now();
    lastAt = at.getTime();
    pace = paceAfter(pace, { atMs: lastAt, percent: highest });
    if (deps.connection.isClosed()) return;
    const secondsLeft = pace.secondsLeft === null ? null : Math.round(pace.secondsLeft);
    const body = { ...about, percent: highest, secondsLeft, at: at.toISOString() };
    deps.connection.publish(`progress.${videoId}.${about.stage}`, text.encode(JSON.stringify(body)));
  };
  return {
    report(percent) {
      const rounded = Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10;
      if (rounded <= highest) return;
      highest = rounded;
      if (timer !== undefined) return;
      const waitMs = lastAt + MIN_INTERVAL_MS - deps.now().getTime();
      if (waitMs <= 0) tell();
      else timer = setTimeout(tell, Math.min(waitMs, MIN_INTERVAL_MS)).unref();
    },
    stop: () => clearTimeout(timer),
  };
}
