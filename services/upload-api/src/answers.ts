import { ProblemError, type UploadView, unknownVideo } from '@rushes/shared/http';
import type { Executed, History } from '@rushes/shared/log';
import { present, type Video, type VideoView } from '@rushes/shared/video';
import type { FastifyReply } from 'fastify';
import { OBJECTIONS } from './core/objections.ts';
import type { Deps } from './ports.ts';

/** A video and the sequence at which it is so. */
export interface Settled {
  video: Video;
  lastSequence: number;
}

/** What a command has led to; throws the problem that a refusal is. */
export function settle(videoId: string, executed: Executed): Settled {
  const { state, lastSequence } = executed;
  if (state.status === 'none') throw unknownVideo(videoId);
  if (executed.kind === 'conflict') throw changedMeanwhile(lastSequence);
  if (executed.kind === 'refused') {
    const { code, detail } = OBJECTIONS[executed.objection];
    throw new ProblemError(code, detail, { headers: versionHeaders(lastSequence) });
  }
  return { video: state, lastSequence };
}

/** A video that was only read. */
export function found(videoId: string, history: History): Settled {
  if (history.state.status === 'none') throw unknownVideo(videoId);
  return { video: history.state, lastSequence: history.lastSequence };
}

export function changedMeanwhile(lastSequence: number): ProblemError {
  const detail = 'The video was changed since you read it. Read it again and repeat your change.';
  return new ProblemError('precondition_failed', detail, { headers: versionHeaders(lastSequence) });
}

/** Read your writes: what a client hands to the catalog as `rushes-min-seq`, and the video's ETag. */
export function versionHeaders(lastSequence: number): { 'rushes-seq': string; etag: string } {
  return { 'rushes-seq': String(lastSequence), etag: `"${lastSequence}"` };
}

export function setVersion(reply: FastifyReply, { lastSequence }: Settled): void {
  reply.headers(versionHeaders(lastSequence));
}

export function viewOf(deps: Deps, video: Video): VideoView {
  return present(video, deps.cdnBaseUrl);
}

/** A fresh link for the video's object. */
export async function uploadView(deps: Deps, video: Video): Promise<UploadView> {
  const { bucket, key, contentType, size, closesAt } = video.upload;
  const expiresAt = new Date(deps.now().getTime() + deps.urlTtlMs).toISOString();
  const { url, headers } = await deps.signer.put({ bucket, key, contentType, size });
  return { strategy: 'single', method: 'PUT', url, headers, expiresAt, closesAt };
}
