import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { soundOf } from '../core/pieces.ts';
import type { WrittenTrack } from '../core/results.ts';
import type { Continuation } from '../core/resume.ts';
import { type EncodeJob, encode } from '../encode.ts';
import type { VideoEnd } from '../lanes.ts';
import type { TranscoderDeps } from '../ports.ts';
import { upTo } from './adopt.ts';
import { againOf } from './message.ts';

/** Sound that is being made while others make the pictures. */
export interface Sound {
  /** Says where the video ends, and waits until the sound ends there too. */
  finish(end: VideoEnd): Promise<WrittenTrack[]>;
  /** Resolves when nothing is being made any more; what runs ends early when the job's signal aborts. */
  settled(): Promise<unknown>;
}

/** Segments about the announced end of which the sound is kept in memory until it is certain where the pictures end. */
const TAIL = 3;

/** The video ends elsewhere than it announced. */
class OtherEnd extends Error {
  override readonly name = 'OtherEnd';
}

/**
 * Makes the sound of a whole video without its pictures, whose grid is known from the plan: stored as it comes but for the end,
 * which must be that of the pictures. Where these end is known last; if it is not about where the source said, sound is made
 * once more, now with the right end, and only the rest of it stored.
 * @param kept sound there is already
 * @param announced segments of the video as its source announces it
 * @param onFailure told when it fails before anybody waits for it
 */
export function startSound(
  job: EncodeJob,
  kept: Continuation,
  announced: number,
  deps: TranscoderDeps,
  onFailure: (error: unknown) => void,
): Sound {
  const known = Promise.withResolvers<VideoEnd>();
  // Until somebody waits for it.
  known.promise.catch(() => undefined);
  const open = Math.max(kept.segments, announced - TAIL);
  const limit = Math.max(kept.segments, announced) + TAIL;
  interface Range {
    earlier: Continuation;
    /** Segments that may be stored before the end is known. */
    before: number;
    until: number;
    ended: Promise<VideoEnd>;
    attempt?: string;
  }
  const make = async ({ earlier, before, ...range }: Range): Promise<WrittenTrack[]> => {
    const scratch = await mkdtemp(join(job.scratch, 's'));
    const plan = soundOf(job.plan);
    const run = { ...job, ...range, scratch, plan, earlier: { ...earlier, segments: before } };
    return (await encode({ ...run, onProgress: () => undefined }, deps)).tracks;
  };
  const running = make({ earlier: kept, before: open, until: limit, ended: known.promise });
  running.catch((error: unknown) => {
    if (!(error instanceof OtherEnd)) onFailure(error);
  });
  return {
    async finish(end) {
      if (end.segments > open && end.segments <= limit) {
        known.resolve(end);
        return running;
      }
      known.reject(new OtherEnd(`the video has ${end.segments} segments and not about ${announced}`));
      await running.catch((error: unknown) => {
        if (!(error instanceof OtherEnd)) throw error;
      });
      const before = Math.min(kept.segments, end.segments - 1);
      const earlier = upTo(before, kept);
      // What was stored meanwhile may differ at the end, and never changes.
      const attempt = againOf(job);
      return make({ earlier, before, until: end.segments + TAIL, ended: Promise.resolve(end), attempt });
    },
    settled: () => Promise.allSettled([running]),
  };
}
