import type { UploadedData } from '@rushes/shared/events';
import type { History, Log } from '@rushes/shared/log';
import { type Runtime, withSpan } from '@rushes/shared/service';
import type { ObjectFacts, Storage } from '@rushes/shared/storage';
import { uploadFolder, videoOfSourceKey } from '@rushes/shared/tracks';
import type { Video } from '@rushes/shared/video';
import { nextStep, uploadedAt } from './core/step.ts';

export interface RecordDeps {
  eventLog: Pick<Log, 'read' | 'execute'>;
  storage: Pick<Storage, 'head' | 'deletePrefix'>;
  /** The uploads bucket; objects elsewhere are foreign. */
  bucket: string;
  log: Runtime['log'];
}

/** `missing` alone is worth another look later; all others are done with. */
export type Verdict = 'recorded' | 'settled' | 'removed' | 'missing' | 'unknown' | 'foreign';

/**
 * Looks at an object that a notification names and appends `uploaded` if the log waits for it. Size and etag are what our
 * own HEAD says, whatever the notification said. Throws Failure when log or store does not answer: try again later.
 */
export async function recordObject(
  deps: RecordDeps,
  object: { bucket: string; key: string },
  via: UploadedData['via'],
): Promise<Verdict> {
  const videoId = object.bucket === deps.bucket ? videoOfSourceKey(object.key) : null;
  if (videoId === null) {
    deps.log.info(
      { bucket: object.bucket, key: object.key.slice(0, 1_024), via },
      'an object that is no upload; left alone',
    );
    return 'foreign';
  }
  const history = await readKnown(deps.eventLog, videoId);
  if (history.state.status === 'none') {
    deps.log.warn({ videoId, key: object.key, via }, 'an object for a video that the log does not know; left alone');
    return 'unknown';
  }
  return recordKnown(deps, history.state, history.entries.at(-1)?.traceparent, object, via);
}

/** The same for a video whose history was read already; `traceparent` is its last event's. */
export function recordKnown(
  deps: RecordDeps,
  video: Video,
  traceparent: string | undefined,
  object: { bucket: string; key: string },
  via: UploadedData['via'],
): Promise<Verdict> {
  const options = { traceparent, attributes: { 'rushes.video': video.id, 'rushes.via': via } };
  const log = deps.log.child({ videoId: video.id });
  return withSpan('record upload', options, () => settle({ ...deps, log }, video, object, via));
}

/** A follower that lags may not know a video yet: before one is given up the leader is asked. */
async function readKnown(eventLog: Pick<Log, 'read'>, videoId: string): Promise<History> {
  const history = await eventLog.read(videoId);
  return history.state.status === 'none' ? eventLog.read(videoId, { fromLeader: true }) : history;
}

async function settle(
  deps: RecordDeps,
  video: Video,
  object: { bucket: string; key: string },
  via: UploadedData['via'],
): Promise<Verdict> {
  const facts = await deps.storage.head(object.bucket, object.key);
  const step = nextStep(video, facts !== null);
  if (step === 'remove') return remove(deps, video);
  if (step === 'missing') deps.log.warn({ via }, 'told of an upload that is not there');
  if (step !== 'record' || facts === null) return step === 'missing' ? 'missing' : 'settled';
  return append(deps, video, object, facts, via);
}

async function append(
  deps: RecordDeps,
  video: Video,
  object: { bucket: string; key: string },
  { size, etag, lastModified }: ObjectFacts,
  via: UploadedData['via'],
): Promise<Verdict> {
  const { bucket, key } = object;
  const found = { bucket, key, size, etag, uploadedAt: uploadedAt(lastModified, video.createdAt), via };
  const causationId = `${video.id}:1:requested`;
  const executed = await deps.eventLog.execute(video.id, { type: 'recordUpload', object: found }, { causationId });
  if (executed.kind === 'appended') {
    deps.log.info({ size, via, sequence: executed.lastSequence }, 'uploaded');
    return 'recorded';
  }
  // Somebody was quicker: another notification of the same object, or a person who cancelled or deleted meanwhile.
  if (executed.state.status === 'none') throw new Error(`the history of ${video.id} has vanished from the log`);
  const step = nextStep(executed.state, true);
  if (step === 'record') throw new Error(`the log refuses the upload of ${video.id} and still waits for it`);
  return step === 'remove' ? remove(deps, executed.state) : 'settled';
}

/** upload-api removes what is there when a video is called off; what comes later is removed here. */
async function remove(deps: RecordDeps, video: Video): Promise<Verdict> {
  const removed = await deps.storage.deletePrefix(deps.bucket, uploadFolder(video.id));
  const { status } = video;
  deps.log.info({ status, removed }, 'removed an object that came after its video was called off');
  return 'removed';
}
