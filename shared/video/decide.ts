import {
  cancelled,
  type DataOf,
  deleted,
  type EventContext,
  expired,
  type FailedData,
  failed,
  inspected,
  packaged,
  type RequestedData,
  reprocessed,
  requested,
  thumbnailed,
  transcoded,
  type UpdatedData,
  type UploadedData,
  updated,
  uploaded,
  type VideoEvent,
} from '../events/index.ts';
import { type Objection, objectionTo } from './rules.ts';
import { isOpen, type Video, type VideoState } from './state.ts';

/** What an object in the uploads bucket was found to be; the rest of `uploaded` comes from the request. */
export type FoundObject = Pick<UploadedData, 'bucket' | 'key' | 'size' | 'etag' | 'uploadedAt' | 'via'>;

export type StageResult =
  | { verb: 'inspected'; data: DataOf<'inspected'> }
  | { verb: 'transcoded'; data: DataOf<'transcoded'> }
  | { verb: 'thumbnailed'; data: DataOf<'thumbnailed'>; posterId?: string }
  | { verb: 'packaged'; data: DataOf<'packaged'> };

/** What somebody wants to happen to a video. Times and ids arrive with it. */
export type Command =
  | { type: 'request'; data: RequestedData }
  /** `updateId` is a UUIDv7 of the caller. */
  | { type: 'update'; updateId: string; data: UpdatedData }
  | { type: 'renew'; updateId: string; data: Required<Pick<UpdatedData, 'closesAt'>> & Pick<UpdatedData, 'multipart'> }
  | { type: 'recordUpload'; object: FoundObject }
  | { type: 'recordResult'; generation: number; result: StageResult }
  | { type: 'fail'; generation: number; data: FailedData }
  | { type: 'expire'; reason: string }
  | { type: 'cancel'; reason: string }
  | { type: 'delete'; reason: string }
  | { type: 'reprocess'; profile?: string | undefined; reason: string };

/** Who decides, when, and why: goes into the envelope. */
export type CommandContext = Pick<EventContext, 'videoId' | 'service' | 'now' | 'actor' | 'causationId'>;

export type Decision =
  | { kind: 'append'; event: VideoEvent }
  /** The wish is already fulfilled. */
  | { kind: 'unchanged' }
  | { kind: 'refused'; objection: Objection };

/** Decides what a command makes of a video, by the one table of rules. Pure. */
export function decide(state: VideoState, command: Command, context: CommandContext): Decision {
  const early = settledBefore(state, command, context.now);
  if (early !== null) return early;
  const event = eventFor(state, command, context);
  if (event === null) return { kind: 'refused', objection: 'not_found' };
  const objection = objectionTo(state, event);
  return objection === null ? { kind: 'append', event } : { kind: 'refused', objection };
}

/** Commands that may be repeated, and the ones that need more than the history's rules. */
function settledBefore(state: VideoState, command: Command, now: Date): Decision | null {
  if (state.status === 'none') return null;
  if (command.type === 'delete' && state.status === 'deleted') return { kind: 'unchanged' };
  if (command.type === 'cancel' && state.status === 'cancelled') return { kind: 'unchanged' };
  if (command.type === 'expire' && state.upload.status === 'expired') return { kind: 'unchanged' };
  // A renewal may have come between whoever saw the time run out and this.
  if (command.type === 'expire' && isStillOpen(state, now)) return { kind: 'refused', objection: 'upload_open' };
  if (command.type === 'recordUpload' && state.current.stored !== null) return { kind: 'unchanged' };
  if (command.type === 'reprocess' && state.status !== 'deleted' && !canReprocess(state)) {
    return { kind: 'refused', objection: 'wrong_state' };
  }
  return null;
}

function isStillOpen({ status, upload }: Video, now: Date): boolean {
  return status === 'uploading' && Date.parse(upload.closesAt) > now.getTime();
}

/** From ready, playable or failed; not while the first making of a video still runs. */
function canReprocess(video: Video): boolean {
  return video.status === 'ready' || video.status === 'playable' || video.status === 'failed';
}

function eventFor(state: VideoState, command: Command, context: CommandContext): VideoEvent | null {
  if (command.type === 'request') return requested({ ...context, generation: 1 }, command.data);
  if (state.status === 'none') return null;
  const here = { ...context, generation: state.current.number };
  switch (command.type) {
    case 'update':
    case 'renew':
      return updated({ ...here, discriminator: command.updateId }, command.data);
    case 'recordUpload':
      return uploaded(here, {
        ...command.object,
        contentType: state.upload.contentType,
        profile: state.current.profile,
        visibility: state.visibility,
      });
    case 'recordResult':
      return eventForResult({ ...context, generation: command.generation }, command.result);
    case 'fail':
      return failed({ ...context, generation: command.generation }, command.data);
    case 'expire':
      return expired(here, { reason: command.reason });
    case 'cancel':
      return cancelled(here, { reason: command.reason });
    case 'delete':
      return deleted(here, { reason: command.reason });
    case 'reprocess':
      return eventForReprocess(state, command, here);
    default:
      return command satisfies never;
  }
}

function eventForResult(context: EventContext, result: StageResult): VideoEvent {
  switch (result.verb) {
    case 'inspected':
      return inspected(context, result.data);
    case 'transcoded':
      return transcoded({ ...context, discriminator: result.data.tier }, result.data);
    case 'thumbnailed': {
      const discriminator = result.posterId === undefined ? result.data.tier : `poster-${result.posterId}`;
      return thumbnailed({ ...context, discriminator }, result.data);
    }
    case 'packaged':
      return packaged({ ...context, discriminator: result.data.tier }, result.data);
    default:
      return result satisfies never;
  }
}

function eventForReprocess(
  video: Video,
  command: Extract<Command, { type: 'reprocess' }>,
  context: EventContext,
): VideoEvent | null {
  const { stored, profile, number } = video.current;
  if (stored === null) return null;
  return reprocessed(
    { ...context, generation: number + 1 },
    { ...stored, profile: command.profile ?? profile, visibility: video.visibility, reason: command.reason },
  );
}

/** Whether a stage may still add results to this generation. */
export function isWorkable(state: VideoState, generation: number): state is Video {
  return state.status !== 'none' && isOpen(state) && state.current.number === generation;
}
