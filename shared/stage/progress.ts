import { StringCodec } from 'nats';
import type { Runtime } from '../service/index.ts';

const MIN_INTERVAL_MS = 500;
const text = StringCodec();

/**
 * Reports percents to `progress.<videoId>.<stage>`: at most two a second, never backwards. Not history: nobody acknowledges
 * it, and a lost one is made up for by the next.
 */
export function createProgress(
  runtime: Runtime,
  about: { videoId: string; generation: number; stage: string },
): (percent: number) => void {
  let highest = -1;
  let last = Number.NEGATIVE_INFINITY;
  return (percent) => {
    const now = runtime.now();
    const rounded = Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10;
    if (rounded <= highest || runtime.connection.isClosed()) return;
    if (now.getTime() - last < MIN_INTERVAL_MS && rounded < 100) return;
    highest = rounded;
    last = now.getTime();
    const body = { generation: about.generation, stage: about.stage, percent: rounded, at: now.toISOString() };
    runtime.connection.publish(`progress.${about.videoId}.${about.stage}`, text.encode(JSON.stringify(body)));
  };
}
