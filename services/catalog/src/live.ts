import type { FastifyReply, FastifyRequest } from 'fastify';
import { type VideoDocument, viewOf } from './core/document.ts';
import { progressFrame, videoFrame } from './core/frames.ts';
import { withProgress } from './core/progress.ts';
import type { Feed, Member } from './feed.ts';
import type { Logger } from './ports.ts';
import type { ProgressBoard } from './progress.ts';
import type { Reads } from './reads.ts';
import { type EventStream, openEventStream } from './stream.ts';

export interface LiveDeps {
  reads: Reads;
  feed: Feed;
  board: ProgressBoard;
  log: Logger;
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

export interface Live {
  watchOne(exchange: Exchange, id: string, minSequence: number | undefined): Promise<void>;
  /** @param since what the client has seen already; undefined: from now on */
  watchAll(exchange: Exchange, since: number | undefined): Promise<void>;
  /** Ends all connections. */
  stop(): void;
}

/** Documents of a page while a client catches up: each may be some hundred kilobytes. */
const CATCH_UP_PAGE = 50;

export function createLive(deps: LiveDeps): Live {
  const open = new Set<EventStream>();
  const openStream = (exchange: Exchange, sequence: number, ...leave: (() => void)[]): EventStream => {
    const stream = openEventStream({ ...exchange, log: deps.log }, { 'rushes-seq': String(sequence) });
    open.add(stream);
    stream.onClose(() => {
      open.delete(stream);
      for (const one of leave) one();
    });
    return stream;
  };
  return {
    watchOne: (exchange, id, minSequence) => watchOne(deps, openStream, exchange, id, minSequence),
    watchAll: (exchange, since) => watchAll(deps, openStream, exchange, since),
    stop() {
      for (const stream of open) stream.end();
    },
  };
}

type OpenStream = (exchange: Exchange, sequence: number, ...leave: (() => void)[]) => EventStream;

async function watchOne(
  deps: LiveDeps,
  openStream: OpenStream,
  exchange: Exchange,
  id: string,
  minSequence: number | undefined,
): Promise<void> {
  // Waits for a new video as every read does, before anything else begins.
  await deps.reads.video(id, minSequence);
  let stream: EventStream | undefined;
  let latest: VideoDocument | undefined;
  const show = (document: VideoDocument) => {
    if (document._id !== id || document.lastSeq <= (latest?.lastSeq ?? 0)) return;
    latest = document;
    stream?.push(frameOf(deps, document));
  };
  const member = await deps.feed.join(show);
  try {
    // Read again now that nothing later can be missed; the feed may know of something newer before the answer is here.
    const { value, sequence } = await deps.reads.video(id, minSequence);
    show(value);
    const stopListening = deps.board.listen((videoId, progress) => {
      if (videoId === id) stream?.pushIfIdle(progressFrame(id, progress));
    });
    stream = openStream(exchange, sequence, member.leave, stopListening);
    stream.push(frameOf(deps, latest ?? value));
  } catch (error) {
    member.leave();
    throw error;
  }
}

async function watchAll(
  deps: LiveDeps,
  openStream: OpenStream,
  exchange: Exchange,
  since: number | undefined,
): Promise<void> {
  let stream: EventStream | undefined;
  let live = false;
  let sent = since ?? 0;
  const member = await deps.feed.join((document) => {
    if (!live || document.lastSeq <= sent) return;
    sent = document.lastSeq;
    stream?.push(frameOf(deps, document));
  });
  const stopListening = deps.board.listen((videoId, progress) => {
    if (live) stream?.pushIfIdle(progressFrame(videoId, progress));
  });
  sent = since ?? member.seen();
  stream = openStream(exchange, Math.max(sent, member.seen()), member.leave, stopListening);
  try {
    sent = await catchUp(deps, stream, member, sent);
    // Nothing is told between the last look of catching up and this line: both are in one turn.
    live = true;
  } catch (error) {
    deps.log.warn({ err: error }, 'a live connection could not catch up; ended, to be opened again');
    stream.end();
  }
}

/** Sends what changed after `sent`, page after page, until there is nothing that the feed will not tell. */
async function catchUp(deps: LiveDeps, stream: EventStream, member: Member, from: number): Promise<number> {
  let sent = from;
  while (!stream.closed && sent < member.seen()) {
    const upTo = member.seen();
    const documents = await deps.reads.changed(sent, upTo, CATCH_UP_PAGE);
    for (const document of documents) {
      await stream.write(frameOf(deps, document));
      sent = document.lastSeq;
    }
    if (documents.length < CATCH_UP_PAGE) sent = upTo;
  }
  return sent;
}

function frameOf({ board }: LiveDeps, document: VideoDocument): string {
  const view = viewOf(document);
  if (view.progress === null) board.forget(document._id);
  return videoFrame(document.lastSeq, withProgress(view, board.latest(document._id)));
}
