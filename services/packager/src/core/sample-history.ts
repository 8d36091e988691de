import type { VideoEvent } from '@rushes/shared/events';
import { type StoredEvent, type SweepTimes, sweepable } from './sweepable.ts';

export const HOUR = 3_600_000;
export const TIMES: SweepTimes = { graceMs: 24 * HOUR, workStopsMs: 30_000, stragglersMs: HOUR };
/** The n-th event happens n minutes after this. */
const START = Date.UTC(2026, 0, 1);
export const minute = (index: number) => START + index * 60_000;

/** A history in which each event comes a minute after the one before it. */
export function history(events: readonly VideoEvent[]): StoredEvent[] {
  return events.map((event, index) => {
    const timed = { ...event, time: new Date(minute(index)).toISOString() } as VideoEvent;
    return { body: JSON.stringify(timed), parsed: { kind: 'event', event: timed } };
  });
}
/** What may go of a video with this history at a time. */
export const swept = (events: readonly VideoEvent[], now: number) => sweepable(history(events), now, TIMES);
