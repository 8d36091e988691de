import { type Call, ProblemError, type routes } from '@rushes/shared/http';
import { found, type Settled, settle, setVersion, uploadView, versionHeaders } from './answers.ts';
import { OBJECTIONS } from './core/objections.ts';
import type { Deps } from './ports.ts';

/** `GET /v1/videos/{id}/upload`: how a client goes on. A single PUT has no parts: it is there or it is not. */
export async function getUpload(deps: Deps, call: Call<typeof routes.getUpload>): Promise<unknown> {
  const settled = await openUpload(deps, call.id);
  const upload = await uploadView(deps, settled.video);
  setVersion(call.reply, settled);
  return { upload, parts: [] };
}

/** `POST /v1/videos/{id}/upload/renew`: a fresh link, and the time limit starts anew. */
export async function renewUpload(deps: Deps, call: Call<typeof routes.renewUpload>): Promise<unknown> {
  const closesAt = new Date(deps.now().getTime() + deps.uploadTtlMs).toISOString();
  const executed = await deps.eventLog.execute(call.id, { type: 'renew', updateId: deps.newId(), data: { closesAt } });
  const settled = settle(call.id, executed);
  const upload = await uploadView(deps, settled.video);
  setVersion(call.reply, settled);
  return { upload };
}

/** `POST …/upload/parts` and `…/upload/complete`: every upload is a single PUT, which has neither. */
export async function refuseParts(deps: Deps, call: { id: string }): Promise<never> {
  const { video, lastSequence } = found(call.id, await deps.eventLog.read(call.id));
  if (video.status === 'deleted') throw problemFor('video_deleted', lastSequence);
  throw new ProblemError('not_multipart', 'This upload is one PUT to the link that was given for it; it has no parts.');
}

/** `GET /v1/videos/{id}/source`: a redirect to a link that works for `UPLOAD_URL_TTL`. */
export async function getSource(deps: Deps, call: Call<typeof routes.getSource>): Promise<unknown> {
  const settled = found(call.id, await deps.eventLog.read(call.id));
  const { video, lastSequence } = settled;
  if (video.status === 'deleted') throw problemFor('video_deleted', lastSequence);
  const { stored } = video.current;
  if (stored === null) throw new ProblemError('wrong_state', 'The file of this video is not uploaded yet.');
  const { bucket, key } = stored;
  if ((await deps.storage.head(bucket, key)) === null) {
    throw new ProblemError('source_missing', 'The uploaded file is gone from storage.');
  }
  setVersion(call.reply, settled);
  call.reply.header('cache-control', 'no-store');
  return call.reply.redirect(await deps.signer.get({ bucket, key, filename: video.upload.filename }), 302);
}

async function openUpload(deps: Deps, videoId: string): Promise<Settled> {
  const settled = found(videoId, await deps.eventLog.read(videoId));
  const { video, lastSequence } = settled;
  if (video.status === 'deleted') throw problemFor('video_deleted', lastSequence);
  if (video.current.stored !== null) throw problemFor('already_uploaded', lastSequence);
  if (video.upload.status !== 'uploading') throw problemFor('upload_closed', lastSequence);
  return settled;
}

function problemFor(objection: keyof typeof OBJECTIONS, lastSequence: number): ProblemError {
  const { code, detail } = OBJECTIONS[objection];
  return new ProblemError(code, detail, { headers: versionHeaders(lastSequence) });
}
