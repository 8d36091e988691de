import { type Call, type CreateVideo, ProblemError, type routes } from '@rushes/shared/http';
import { sourceKey } from '@rushes/shared/tracks';
import { settle, setVersion, uploadView, viewOf } from './answers.ts';
import { isIdempotencyKey } from './core/idempotency.ts';
import { complaintAbout, requestedData } from './core/request.ts';
import type { Deps } from './ports.ts';

/** `POST /v1/videos`: registers a video and signs the link to upload it to. */
export async function createVideo(deps: Deps, call: Call<typeof routes.createVideo>): Promise<unknown> {
  const { body, request, reply } = call;
  refuseWrong(body, deps);
  const videoId = await chooseId(deps, request.headers['idempotency-key'], body);
  const settled = await register(deps, videoId, body);
  const upload = await uploadView(deps, settled.video);
  setVersion(reply, settled);
  reply.code(201).header('location', `/v1/videos/${videoId}`);
  return { video: viewOf(deps, settled.video), upload };
}

async function register(deps: Deps, videoId: string, body: CreateVideo) {
  const closesAt = new Date(deps.now().getTime() + deps.uploadTtlMs).toISOString();
  const data = requestedData(body, { bucket: deps.bucket, key: sourceKey(videoId), closesAt });
  const executed = await deps.eventLog.execute(videoId, { type: 'request', data });
  if (executed.kind === 'appended') await deps.onStep?.('appended', videoId);
  // The repetition of a request: the video as it is by now, whatever has become of it.
  if (executed.kind === 'refused' && executed.objection === 'exists') {
    return settle(videoId, { ...executed, kind: 'unchanged' });
  }
  return settle(videoId, executed);
}

/** A new id, or the one that was reserved when this key was first used. */
async function chooseId(deps: Deps, header: string | string[] | undefined, body: CreateVideo): Promise<string> {
  const videoId = deps.newId();
  if (header === undefined) return videoId;
  const key = String(header);
  if (!isIdempotencyKey(key)) {
    const error = { path: '/headers/idempotency-key', message: 'must be 1 to 255 printable ASCII characters' };
    throw new ProblemError('validation_failed', `Idempotency-Key ${error.message}`, { errors: [error] });
  }
  const reserved = await deps.reservations.reserve(key, body, videoId);
  await deps.onStep?.('reserved', reserved.videoId);
  if (reserved.sameBody) return reserved.videoId;
  const detail = 'This Idempotency-Key was used for another video within the last 24 hours. Use a new key.';
  throw new ProblemError('idempotency_conflict', detail);
}

function refuseWrong(body: CreateVideo, limits: Pick<Deps, 'maxUploadBytes' | 'profiles'>): void {
  const complaint = complaintAbout(body, limits);
  if (complaint === null) return;
  if (complaint.code === 'too_large_for_single') throw new ProblemError(complaint.code, complaint.detail);
  const detail = complaint.errors.map(({ path, message }) => `${path.slice(1)} ${message}`).join('; ');
  throw new ProblemError(complaint.code, detail, { errors: complaint.errors });
}
