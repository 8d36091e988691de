export type { Damage } from './damage.ts';
export { type ProbedFile, type ProbedStream, probedFileSchema } from './document.ts';
export { type FfmpegJob, runFfmpeg } from './ffmpeg.ts';
export { type FieldOrder, measureFields } from './fields.ts';
export { MAX_DURATION_SECONDS, MAX_PIXELS } from './limits.ts';
export { measureTiming, type ProbeOptions, probe } from './probe.ts';
export type { ToolProgress } from './stderr.ts';
export type { FrameTiming } from './timing.ts';
