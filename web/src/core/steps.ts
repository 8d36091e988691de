import type { VideoView } from '@rushes/shared/video';
import type { Entry } from './history.ts';

export type StepState = 'done' | 'now' | 'waiting' | 'failed';

/** One of the stations between a file and a stream. */
export interface Step {
  readonly id: 'upload' | 'inspect' | 'transcode' | 'thumbnails' | 'package';
  readonly label: string;
  readonly state: StepState;
  /** 0–100 while it runs and says so. */
  readonly percent: number | null;
  /** Seconds it took, when it is done. */
  readonly took: number | null;
}

const STEPS = [
  { id: 'upload', label: 'Upload', verb: 'uploaded', stage: 'upload-api' },
  { id: 'inspect', label: 'Inspect', verb: 'inspected', stage: 'transcoder' },
  { id: 'transcode', label: 'Transcode', verb: 'transcoded', stage: 'transcoder' },
  { id: 'thumbnails', label: 'Thumbnails', verb: 'thumbnailed', stage: 'thumbnailer' },
  { id: 'package', label: 'Package', verb: 'packaged', stage: 'packager' },
] as const;

/**
 * Where the newest generation is, from its history. The tier `standard` is what makes a video ready, so a step is done
 * when that tier is; the quick `first` tier does not count.
 */
export function stepsOf(video: VideoView, entries: readonly Entry[]): Step[] {
  const own = entries.filter(({ generation }) => generation === video.generation);
  const doneBy = (verb: string) =>
    own.findLast((entry) => entry.verb === verb && entry.tier !== 'first') ??
    // The file of a later generation is the one that was there already.
    (verb === 'uploaded' ? entries.find((entry) => entry.verb === 'uploaded') : undefined);
  const failed = own.some(({ verb }) => verb === 'failed');
  const next = STEPS.findIndex(({ verb }) => doneBy(verb) === undefined);
  const stopped = ['cancelled', 'expired', 'deleted'].includes(video.status);
  return STEPS.map(({ id, label, verb, stage }, index) => {
    const entry = doneBy(verb);
    const state: StepState =
      entry !== undefined ? 'done' : index !== next || stopped ? 'waiting' : failed ? 'failed' : 'now';
    const tells = state === 'now' && id !== 'inspect' && video.progress?.stage === stage && video.progress.percent > 0;
    return { id, label, state, percent: tells ? (video.progress?.percent ?? null) : null, took: entry?.took ?? null };
  });
}
