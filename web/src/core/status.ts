import type { VideoView } from '@rushes/shared/video';
import { formatTimeLeft } from './format.ts';

export type Status = VideoView['status'];
export type Tone = 'working' | 'good' | 'bad' | 'quiet';

/** Each status as a word, a colour and a sentence; the sentence is what the video's page says. */
export const STATUSES: Record<Status, { label: string; tone: Tone; sentence: string }> = {
  uploading: { label: 'Waiting for upload', tone: 'working', sentence: 'The file has not arrived yet.' },
  processing: { label: 'Processing', tone: 'working', sentence: 'The video is being made ready to watch.' },
  playable: { label: 'Playable', tone: 'good', sentence: 'It plays already; the rest is being made.' },
  ready: { label: 'Ready', tone: 'good', sentence: 'Everything is made.' },
  failed: { label: 'Failed', tone: 'bad', sentence: 'The video could not be made.' },
  expired: { label: 'Upload expired', tone: 'quiet', sentence: 'The file did not arrive in time.' },
  cancelled: { label: 'Cancelled', tone: 'quiet', sentence: 'The upload was called off.' },
  deleted: { label: 'Deleted', tone: 'quiet', sentence: 'The video and its files are gone.' },
};

/** Pictures and streams of a signed video are refused to whoever has no playback token, and this page has none. */
export function needsToken({ visibility }: Pick<VideoView, 'visibility'>): boolean {
  return visibility === 'signed';
}

/** The filters of the library. None means all but deleted ones, which is the API's own rule. */
export const FILTERS = [
  { id: 'all', label: 'All', statuses: [] },
  { id: 'ready', label: 'Ready', statuses: ['ready', 'playable'] },
  { id: 'working', label: 'In progress', statuses: ['uploading', 'processing'] },
  { id: 'failed', label: 'Failed', statuses: ['failed', 'expired', 'cancelled'] },
] as const satisfies readonly { id: string; label: string; statuses: readonly Status[] }[];
export type FilterId = (typeof FILTERS)[number]['id'];

/** What an address says, or `all` where it says nothing that we know. */
export function filterOf(id: string | null): FilterId {
  return FILTERS.find((filter) => filter.id === id)?.id ?? 'all';
}

export function statusesOf(id: FilterId): readonly Status[] {
  return FILTERS.find((filter) => filter.id === id)?.statuses ?? [];
}

const STAGES: Record<string, { doing: string; name: string }> = {
  'upload-api': { name: 'Upload', doing: 'Uploading' },
  's3-event-ingest': { name: 'Arrival', doing: 'Noticing the upload' },
  transcoder: { name: 'Transcoding', doing: 'Transcoding' },
  thumbnailer: { name: 'Thumbnails', doing: 'Making thumbnails' },
  packager: { name: 'Packaging', doing: 'Packaging' },
};

/** What a stage is doing, in words. Stages are named after the services; of further codecs it is all the same which it is. */
export function stageDoing(stage: string, tier?: Progress['tier']): string {
  if (tier === 'extended') return 'Adding further codecs';
  return STAGES[stage]?.doing ?? `Working (${stage})`;
}
type Progress = NonNullable<VideoView['progress']>;

export function stageName(stage: string): string {
  return STAGES[stage]?.name ?? stage;
}

/** One line about what happens with a video now: `Transcoding, 37 %, about 2 minutes left`. */
export function activityOf(video: VideoView): string {
  const { progress } = video;
  if (progress === null) return STATUSES[video.status].label;
  const percent = Math.floor(progress.percent);
  const parts = [doingOf(video), percent > 0 ? `${percent} %` : '', formatTimeLeft(progress.secondsLeft)];
  return parts.filter((part) => part !== '').join(', ');
}

/** The same without what changes all the time. */
export function doingOf({ progress, status }: VideoView): string {
  return progress === null ? STATUSES[status].label : stageDoing(progress.stage, progress.tier);
}

/** Reprocessing is accepted from these, once the file is there. */
export function mayReprocess(video: VideoView): boolean {
  return video.upload.status === 'finished' && ['ready', 'playable', 'failed'].includes(video.status);
}
