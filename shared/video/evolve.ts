import type { EventOfVerb, VideoEvent } from '../events/index.ts';
import { objectionTo } from './rules.ts';
import { type Generation, noVideo, tierRank, type Video, type VideoState, type VideoStatus } from './state.ts';

/**
 * Adds one event to a state. Total and pure: an event that may not follow (late, doubled, of a closed generation, of a verb
 * written by a newer version) leaves the state as it is.
 */
export function evolve(state: VideoState, event: VideoEvent): VideoState {
  if (objectionTo(state, event) !== null) return state;
  if (event.type === 'video.requested') return withStatus(fromRequest(event));
  if (state.status === 'none') return state;
  return withStatus({ ...apply(state, event), updatedAt: event.time });
}

/** Folds a whole history. */
export function fold(events: Iterable<VideoEvent>, from: VideoState = noVideo): VideoState {
  let state = from;
  for (const event of events) state = evolve(state, event);
  return state;
}

function fromRequest(event: EventOfVerb<'requested'>): Video {
  const { data } = event;
  return {
    status: 'uploading',
    id: event.subject,
    title: data.title,
    description: data.description,
    tags: data.tags,
    metadata: data.metadata,
    visibility: data.visibility,
    upload: {
      status: 'uploading',
      filename: data.filename,
      contentType: data.contentType,
      size: data.size,
      strategy: data.strategy,
      multipart: data.multipart ?? null,
      closesAt: data.closesAt,
      bucket: data.bucket,
      key: data.key,
      finishedAt: null,
    },
    current: emptyGeneration(event.generation, data.profile),
    playing: null,
    error: null,
    createdAt: event.time,
    updatedAt: event.time,
    readyAt: null,
  };
}

function emptyGeneration(number: number, profile: string): Generation {
  return {
    number,
    profile,
    stored: null,
    inspected: null,
    transcoded: null,
    thumbnailed: null,
    packaged: null,
    chosenPoster: null,
    outcome: null,
  };
}

function apply(video: Video, event: Exclude<VideoEvent, EventOfVerb<'requested'>>): Video {
  switch (event.type) {
    case 'video.updated':
      return applyUpdate(video, event.data);
    case 'video.uploaded': {
      const { bucket, key, size, etag, uploadedAt } = event.data;
      return {
        ...onCurrent(video, { stored: { bucket, key, size, etag } }),
        upload: { ...video.upload, status: 'finished', size, bucket, key, finishedAt: uploadedAt },
      };
    }
    case 'video.inspected':
      return onCurrent(video, { inspected: event.data });
    case 'video.transcoded':
      return onCurrent(video, { transcoded: event.data });
    case 'video.thumbnailed':
      return event.data.tier === undefined ? applyPoster(video, event) : onCurrent(video, { thumbnailed: event.data });
    case 'video.packaged':
      return applyPackaged(video, event);
    case 'video.failed': {
      const { stage, code, message } = event.data;
      return { ...onCurrent(video, { outcome: 'failed' }), error: { stage, code, message } };
    }
    case 'video.expired':
      return { ...video, upload: { ...video.upload, status: 'expired' } };
    case 'video.cancelled':
      return { ...onCurrent(video, { outcome: 'cancelled' }), upload: { ...video.upload, status: 'cancelled' } };
    case 'video.reprocessed': {
      const { bucket, key, size, etag, profile } = event.data;
      const next = emptyGeneration(event.generation, profile);
      return { ...video, current: { ...next, stored: { bucket, key, size, etag } }, error: null };
    }
    case 'video.deleted':
      return { ...video, status: 'deleted' };
    default:
      return event satisfies never;
  }
}

/** Changes the newest generation; what plays follows when it is the same one. */
function onCurrent(video: Video, change: Partial<Generation>): Video {
  const current = { ...video.current, ...change };
  return { ...video, current, playing: video.playing?.number === current.number ? current : video.playing };
}

function applyUpdate(video: Video, data: EventOfVerb<'updated'>['data']): Video {
  return {
    ...video,
    title: data.title ?? video.title,
    description: data.description ?? video.description,
    tags: data.tags ?? video.tags,
    metadata: data.metadata ?? video.metadata,
    upload: {
      ...video.upload,
      closesAt: data.closesAt ?? video.upload.closesAt,
      multipart: data.multipart ?? video.upload.multipart,
    },
  };
}

function applyPoster(video: Video, event: EventOfVerb<'thumbnailed'>): Video {
  const withPoster = (one: Generation): Generation =>
    one.number === event.generation ? { ...one, chosenPoster: event.data.poster } : one;
  return { ...video, current: withPoster(video.current), playing: video.playing && withPoster(video.playing) };
}

function applyPackaged(video: Video, event: EventOfVerb<'packaged'>): Video {
  const next = onCurrent(video, { packaged: event.data, outcome: event.data.final ? 'packaged' : null });
  const whole = tierRank(event.data.tier) >= tierRank('standard');
  const takesOver = next.playing === null || whole;
  return {
    ...next,
    playing: takesOver ? next.current : next.playing,
    readyAt: whole && tierRank(video.current.packaged?.tier) < tierRank('standard') ? event.time : video.readyAt,
  };
}

function withStatus(video: Video): Video {
  return { ...video, status: statusOf(video) };
}

/** The table of statuses. What plays decides first: a failed reprocess takes nothing away from a viewer. */
function statusOf(video: Video): VideoStatus {
  if (video.status === 'deleted') return 'deleted';
  if (video.playing?.packaged) return video.playing.packaged.tier === 'first' ? 'playable' : 'ready';
  if (video.current.outcome === 'cancelled') return 'cancelled';
  if (video.current.outcome === 'failed') return 'failed';
  if (video.current.stored !== null) return 'processing';
  return video.upload.status === 'expired' ? 'expired' : 'uploading';
}
