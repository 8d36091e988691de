import type { VideoView } from '@rushes/shared/video';
import type { Progress } from './progress.ts';

/** Server-sent events, as text. JSON has no line breaks, so each is one `data` line. */

/** @param sequence of the video's last event: what a client that comes back names as the last it saw */
export function videoFrame(sequence: number, view: VideoView): string {
  return `id: ${sequence}\nevent: video\ndata: ${JSON.stringify(view)}\n\n`;
}

/** Without id: it is no history, and nothing to come back to. */
export function progressFrame(videoId: string, progress: Progress): string {
  return `event: progress\ndata: ${JSON.stringify({ videoId, ...progress })}\n\n`;
}

/** Keeps connections open that carry nothing else; clients do not see it. */
export const HEARTBEAT = ': heartbeat\n\n';
