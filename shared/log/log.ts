import type { JetStreamClient, JetStreamManager, NatsConnection } from 'nats';
import type { Logger } from 'pino';
import { Failure } from '../errors.ts';
import type { VideoEvent } from '../events/index.ts';
import { currentTraceparent } from '../service/telemetry.ts';
import { type Command, decide, fold, type Objection, type VideoState } from '../video/index.ts';
import { findOwn, tryAppend } from './append.ts';
import { type Followed, type FollowOptions, follow } from './follow.ts';
import { type Entry, readHistory, readHistoryFromLeader } from './read.ts';

/** A video as its history says it is. `lastSequence` is 0 for an unknown one. */
export interface History {
  state: VideoState;
  lastSequence: number;
  entries: Entry[];
}

export interface ExecuteOptions {
  actor?: string | undefined;
  causationId?: string | undefined;
  /** Refuse with `conflict` unless the video's last sequence is this one (If-Match). */
  ifSequence?: number | undefined;
  signal?: AbortSignal | undefined;
}

export type Executed =
  | { kind: 'appended'; event: VideoEvent; state: VideoState; lastSequence: number }
  | { kind: 'unchanged'; state: VideoState; lastSequence: number }
  | { kind: 'refused'; objection: Objection; state: VideoState; lastSequence: number }
  | { kind: 'conflict'; state: VideoState; lastSequence: number };

/** The event log. It alone decides a video's fate. */
export interface Log {
  /** `fromLeader` is slower and never stale: for when an unknown video would be given up. */
  read(videoId: string, options?: { fromLeader?: boolean }): Promise<History>;
  /** Reads, decides, appends; refused by a later event → reads and decides again, until one of the four ends. */
  execute(videoId: string, command: Command, options?: ExecuteOptions): Promise<Executed>;
  /** Every event in order from a sequence on, across reconnects. */
  follow(options: FollowOptions): AsyncIterable<Followed>;
}

export interface LogDeps {
  connection: NatsConnection;
  client: JetStreamClient;
  manager: JetStreamManager;
  /** The service that appends: `source` of its events. */
  service: string;
  now: () => Date;
  log: Logger;
}

/** How long an append whose answer was lost is looked for before the caller hears `bus_unavailable`. */
const GIVE_UP_MS = 30_000;
const PAUSE_MS = 250;
/** After so many refusals the reads must come from a follower that lags. */
const LAGGING = 2;

export function createLog(deps: LogDeps): Log {
  const historyOf = (entries: Entry[]): History => ({
    entries,
    lastSequence: entries.at(-1)?.sequence ?? 0,
    state: fold(entries.flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : []))),
  });
  const read = async (videoId: string, refusals = 0): Promise<History> =>
    // Refused twice: the read came from a follower that lags, the leader's does not.
    historyOf(
      refusals < LAGGING
        ? await readHistory(deps.connection, videoId)
        : await readHistoryFromLeader(deps.manager, videoId),
    );
  return {
    read: (videoId, options = {}) => read(videoId, options.fromLeader ? LAGGING : 0),
    execute: (videoId, command, options = {}) => execute(deps, read, videoId, command, options),
    follow: (options) => follow(deps, options),
  };
}

async function execute(
  deps: LogDeps,
  read: (videoId: string, refusals: number) => Promise<History>,
  videoId: string,
  command: Command,
  options: ExecuteOptions,
): Promise<Executed> {
  const { actor, causationId, ifSequence, signal } = options;
  // One time and one traceparent for all tries: the event must be the same one, so that we know it again.
  const context = { videoId, service: deps.service, now: deps.now(), actor, causationId };
  const traceparent = currentTraceparent();
  const giveUpAt = Date.now() + GIVE_UP_MS;
  let lost: VideoEvent | undefined;
  for (let refusals = 0; ; ) {
    signal?.throwIfAborted();
    const { state, lastSequence, entries } = await readPatiently(() => read(videoId, refusals), giveUpAt, signal);
    if (lost !== undefined) {
      const own = findOwn(entries, lost);
      if (own !== undefined) return { kind: 'appended', event: lost, state, lastSequence };
    }
    if (ifSequence !== undefined && ifSequence !== lastSequence) return { kind: 'conflict', state, lastSequence };
    const decision = decide(state, command, context);
    if (decision.kind === 'unchanged') return { kind: 'unchanged', state, lastSequence };
    if (decision.kind === 'refused') return { kind: 'refused', objection: decision.objection, state, lastSequence };
    const outcome = await tryAppend(deps.client, decision.event, lastSequence, traceparent);
    if (outcome.kind === 'appended') {
      const { event } = decision;
      return { kind: 'appended', event, state: fold([event], state), lastSequence: outcome.sequence };
    }
    if (outcome.kind === 'refused') {
      refusals += 1;
      continue;
    }
    lost = decision.event;
    deps.log.warn(
      { videoId, eventId: lost.id, err: outcome.error },
      'no answer to an append; reading what became of it',
    );
    await pause(giveUpAt, outcome.error, signal);
  }
}

/** Reads through a reconnect; a log that stays away is the caller's to hear of. */
async function readPatiently(read: () => Promise<History>, giveUpAt: number, signal?: AbortSignal): Promise<History> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      await pause(giveUpAt, error, signal);
    }
  }
}

async function pause(giveUpAt: number, cause: unknown, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (Date.now() > giveUpAt) throw new Failure('bus_unavailable', { cause, detail: String(cause) });
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
