import { type Call, ProblemError, type routes } from '@rushes/shared/http';
import type { Command } from '@rushes/shared/video';
import { changedMeanwhile, found, type Settled, settle, setVersion, viewOf } from './answers.ts';
import { parseIfMatch, requiredSequence } from './core/if-match.ts';
import { profileErrors } from './core/request.ts';
import type { Deps } from './ports.ts';

const ASKED_FOR = 'asked for over the API';

/** `PATCH /v1/videos/{id}` */
export async function updateVideo(deps: Deps, call: Call<typeof routes.updateVideo>): Promise<unknown> {
  const command: Command = { type: 'update', updateId: deps.newId(), data: call.body };
  const settled = await executeIfMatch(deps, call.id, command, call.request.headers['if-match']);
  setVersion(call.reply, settled);
  return { video: viewOf(deps, settled.video) };
}

/** `DELETE /v1/videos/{id}`; the files go when the services hear of it. */
export async function deleteVideo(deps: Deps, call: Call<typeof routes.deleteVideo>): Promise<unknown> {
  const command: Command = { type: 'delete', reason: ASKED_FOR };
  const settled = await executeIfMatch(deps, call.id, command, call.request.headers['if-match']);
  setVersion(call.reply, settled);
  return call.reply.code(202).send();
}

/** `DELETE /v1/videos/{id}/upload` */
export async function cancelUpload(deps: Deps, call: Call<typeof routes.cancelUpload>): Promise<unknown> {
  const executed = await deps.eventLog.execute(call.id, { type: 'cancel', reason: ASKED_FOR });
  setVersion(call.reply, settle(call.id, executed));
  return call.reply.code(204).send();
}

/** `POST /v1/videos/{id}/reprocess`: everything anew, if the source is still there. */
export async function reprocessVideo(deps: Deps, call: Call<typeof routes.reprocessVideo>): Promise<unknown> {
  const { id, reply } = call;
  const { profile } = call.body;
  const [wrong] = profileErrors(profile, deps.profiles);
  if (wrong) throw new ProblemError('validation_failed', `profile ${wrong.message}`, { errors: [wrong] });
  await refuseWithoutSource(deps, found(id, await deps.eventLog.read(id)));
  const settled = settle(id, await deps.eventLog.execute(id, { type: 'reprocess', profile, reason: ASKED_FOR }));
  setVersion(reply, settled);
  reply.code(202);
  return { video: viewOf(deps, settled.video) };
}

/** A generation without a source could only fail. Videos that were never uploaded, or are gone, are the log's to refuse. */
async function refuseWithoutSource(deps: Deps, { video }: Settled): Promise<void> {
  const { stored } = video.current;
  if (stored === null || video.status === 'deleted') return;
  if ((await deps.storage.head(stored.bucket, stored.key)) === null) {
    throw new ProblemError('source_missing', 'The uploaded file is gone from storage. Upload it as a new video.');
  }
}

/** Executes a command under the request's `If-Match`, if it has one. */
async function executeIfMatch(
  deps: Deps,
  videoId: string,
  command: Command,
  header: string | undefined,
): Promise<Settled> {
  const ifMatch = parseIfMatch(header);
  if (ifMatch.kind !== 'sequences') return settle(videoId, await deps.eventLog.execute(videoId, command));
  const before = found(videoId, await deps.eventLog.read(videoId));
  if (isRepeatedDelete(command, before)) return before;
  const ifSequence = requiredSequence(ifMatch, before.lastSequence);
  if (ifSequence === null) throw changedMeanwhile(before.lastSequence);
  const executed = await deps.eventLog.execute(videoId, command, { ifSequence });
  if (executed.kind === 'conflict' && executed.state.status !== 'none') {
    const now = { video: executed.state, lastSequence: executed.lastSequence };
    if (isRepeatedDelete(command, now)) return now;
  }
  return settle(videoId, executed);
}

/** RFC 9110, 13.1.1: a condition that fails only because the same change was made already may be answered as success. */
function isRepeatedDelete(command: Command, { video }: Settled): boolean {
  return command.type === 'delete' && video.status === 'deleted';
}
