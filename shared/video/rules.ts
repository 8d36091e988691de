import type { EventOfVerb, Tier, VideoEvent } from '../events/index.ts';
import { isOpen, tierRank, type Video, type VideoState } from './state.ts';

/**
 * The one table of what may follow what: null when an event may be added to a history, else why not. `decide` refuses by
 * it and `evolve` ignores by it, so a history can never fold into an illegal state, whatever wrote it.
 */
export type Objection =
  | 'not_found'
  | 'exists'
  | 'video_deleted'
  | 'already_uploaded'
  | 'upload_closed'
  | 'upload_open'
  | 'wrong_state'
  | 'wrong_generation'
  | 'generation_closed'
  | 'out_of_order'
  | 'already_there';

export function objectionTo(state: VideoState, event: VideoEvent): Objection | null {
  if (state.status === 'none') {
    return event.type === 'video.requested' ? null : 'not_found';
  }
  if (event.type === 'video.requested') return 'exists';
  if (state.status === 'deleted') return 'video_deleted';
  switch (event.type) {
    case 'video.updated':
      return objectionToUpdate(state, event.data.closesAt !== undefined);
    case 'video.uploaded':
      return objectionToUpload(state, event.generation);
    case 'video.expired':
      if (state.current.stored !== null) return 'already_uploaded';
      return state.upload.status === 'uploading' ? null : 'upload_closed';
    case 'video.cancelled':
      if (state.current.stored !== null) return 'already_uploaded';
      return state.upload.status === 'cancelled' ? 'upload_closed' : null;
    case 'video.reprocessed':
      if (state.current.stored === null) return 'wrong_state';
      return event.generation === state.current.number + 1 ? null : 'wrong_generation';
    case 'video.deleted':
      return null;
    case 'video.thumbnailed':
      // A chosen poster changes nothing else and starts nothing, so it is always welcome.
      return event.data.tier === undefined ? null : objectionToStage(state, event);
    case 'video.inspected':
    case 'video.transcoded':
    case 'video.packaged':
    case 'video.failed':
      return objectionToStage(state, event);
    default:
      return event satisfies never;
  }
}

function objectionToUpdate(video: Video, renews: boolean): Objection | null {
  if (!renews) return null;
  if (video.current.stored !== null) return 'already_uploaded';
  return video.upload.status === 'uploading' ? null : 'upload_closed';
}

/** A late object revives an expired upload, but neither a cancelled nor a deleted one. */
function objectionToUpload(video: Video, generation: number): Objection | null {
  if (video.current.stored !== null) return 'already_uploaded';
  if (video.upload.status === 'cancelled') return 'generation_closed';
  return generation === video.current.number ? null : 'wrong_generation';
}

function objectionToStage(
  video: Video,
  event: EventOfVerb<'inspected' | 'transcoded' | 'thumbnailed' | 'packaged' | 'failed'>,
): Objection | null {
  const { current } = video;
  if (event.generation !== current.number) return 'wrong_generation';
  if (!isOpen(video)) return 'generation_closed';
  switch (event.type) {
    case 'video.failed':
      return null;
    case 'video.inspected':
      return current.inspected === null ? null : 'already_there';
    case 'video.transcoded':
      if (current.inspected === null) return 'out_of_order';
      return mustRise(event.data.tier, current.transcoded?.tier);
    case 'video.thumbnailed':
      return (
        mustFollow(event.data.tier, current.transcoded?.tier) ?? mustRise(event.data.tier, current.thumbnailed?.tier)
      );
    case 'video.packaged':
      return (
        mustFollow(event.data.tier, current.thumbnailed?.tier) ?? mustRise(event.data.tier, current.packaged?.tier)
      );
    default:
      return event satisfies never;
  }
}

/** A stage works on what the stage before it has finished. */
function mustFollow(tier: Tier | undefined, before: Tier | undefined): Objection | null {
  return tierRank(tier) <= tierRank(before) ? null : 'out_of_order';
}

/** Tiers of one verb only rise; `first` may be skipped. */
function mustRise(tier: Tier | undefined, highest: Tier | undefined): Objection | null {
  return tierRank(tier) > tierRank(highest) ? null : 'already_there';
}
