import type { Delivery, Outcome } from '@rushes/shared/bus';
import { eachOf } from '@rushes/shared/concurrency';
import { Failure } from '@rushes/shared/errors';
import { parseJson } from '@rushes/shared/json';
import type { Log } from '@rushes/shared/log';
import type { Runtime } from '@rushes/shared/service';
import type { Storage } from '@rushes/shared/storage';
import {
  mediaFolder,
  type SegmentAnnouncement,
  segmentAnnouncementSchema,
  videoOfSegmentSubject,
} from '@rushes/shared/tracks';
import type { Video } from '@rushes/shared/video';
import type { ListedSoFar } from './core/growth.ts';
import { decideGrowth, ownTracks } from './core/growth-decision.ts';
import { masterKey } from './core/playlist.ts';
import { joining } from './core/widen.ts';
import { endBeginning } from './end-beginning.ts';
import { growTrack } from './grow-track.ts';
import { widenMaster } from './widen.ts';

export interface GrowthDeps {
  eventLog: Pick<Log, 'read'>;
  storage: Pick<Storage, 'read' | 'put' | 'list' | 'head'>;
  bucket: string;
  log: Runtime['log'];
  /** What was told already: the same trouble comes with every announcement. */
  told: Set<string>;
}

/** Between two looks whether the first playlists are published. */
const WAIT_MS = 1_000;
/** Tracks of a video whose playlists are read and written at the same time. */
const TRACKS_AT_ONCE = 4;
/** Times that a master is read and decided again when somebody else writes it in between. */
const ROUNDS = 5;

type GrowthDelivery = Pick<Delivery, 'subject' | 'body' | 'signal'>;

/**
 * Makes the playlists of a video that is still being encoded as long as its facts. Any worker does it, without a claim, and as
 * often as a message is delivered: every write adds to what was read, on condition that it is still what is there.
 */
export async function growVideo(deps: GrowthDeps, { subject, body, signal }: GrowthDelivery): Promise<Outcome> {
  const videoId = videoOfSegmentSubject(subject);
  const parsed = segmentAnnouncementSchema.safeParse(parseJson(body));
  if (videoId === null || !parsed.success) {
    const problems = parsed.error?.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`);
    deps.log.error({ subject, problems }, 'an announcement of segments that cannot be read; dropped');
    return { kind: 'ack' };
  }
  const { state } = await deps.eventLog.read(videoId);
  const decision = decideGrowth(state, parsed.data.generation);
  if (decision.kind === 'wait') return { kind: 'nak', delayMs: WAIT_MS };
  const log = deps.log.child({ videoId, generation: parsed.data.generation });
  if (decision.kind === 'done') await endBeginning({ ...deps, log }, state, signal);
  else await growAll({ ...deps, log }, decision.video, parsed.data, signal);
  return { kind: 'ack' };
}

async function growAll(deps: GrowthDeps, video: Video, announcement: SegmentAnnouncement, signal: AbortSignal) {
  const folder = mediaFolder(video.visibility, video.id, announcement.generation);
  const { own, foreign } = ownTracks(announcement, folder);
  if (foreign.length > 0) deps.log.error({ foreign }, 'an announcement names facts outside of its generation');
  for (let round = 0; round < ROUNDS; round += 1) {
    signal.throwIfAborted();
    if (await growOnce(deps, video, folder, own, signal)) return;
  }
  throw new Failure('internal', {
    detail: `${masterKey(folder)} was written by others ${ROUNDS} times while we tried`,
  });
}

/** @returns false when somebody else wrote the master meanwhile */
async function growOnce(
  deps: GrowthDeps,
  video: Video,
  folder: string,
  announced: SegmentAnnouncement['tracks'],
  signal: AbortSignal,
): Promise<boolean> {
  // Read before the playlists: who publishes the whole writes it after them, and then it is not this one any more.
  const master = await deps.storage.read(deps.bucket, masterKey(folder));
  if (master === null) {
    deps.log.error({ key: masterKey(folder) }, 'what is published has no master; nothing can grow');
    return true;
  }
  const playlists = new Map<string, ListedSoFar>();
  await eachOf(announced, TRACKS_AT_ONCE, async (track) => {
    const listed = await growTrack(deps, folder, track, signal);
    if (listed !== null) playlists.set(track.rendition, listed);
  });
  const plan = video.current.inspected?.plan;
  const text = master.body.toString('utf8');
  const joiners = plan === undefined ? [] : joining(announced, text, playlists, plan);
  if (joiners.length === 0) return true;
  return widen(deps, video, { folder, announced, master: { text, etag: master.etag }, joiners, signal });
}

/** What would break a rule is told and not listed; the whole is checked anew. */
async function widen(deps: GrowthDeps, video: Video, widening: Omit<Parameters<typeof widenMaster>[1], 'video'>) {
  const { joiners } = widening;
  try {
    const done = await widenMaster(deps, { video, ...widening });
    if (done) deps.log.info({ joiners }, 'further tracks are listed');
    return done;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'package_invalid') throw error;
    deps.log.error({ joiners, detail: error.detail }, 'further tracks cannot be listed');
    return true;
  }
}
