import {
  addRoute,
  type Call,
  openApiDocument,
  ProblemError,
  type Route,
  routes,
  unknownVideo,
} from '@rushes/shared/http';
import type { History, Log } from '@rushes/shared/log';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, isYoung, namesVersion, parseSequence } from './core/conditions.ts';
import { type VideoDocument, viewOf } from './core/document.ts';
import { documentsOf } from './core/history.ts';
import { withProgress } from './core/progress.ts';
import type { Live } from './live.ts';
import type { LogEnd } from './log-end.ts';
import type { ProgressBoard } from './progress.ts';
import type { Reads } from './reads.ts';

export interface RoutesDeps {
  reads: Reads;
  live: Live;
  board: ProgressBoard;
  eventLog: Log;
  logEnd: () => Promise<LogEnd>;
  now: () => Date;
}

export function addCatalogRoutes(http: FastifyInstance, deps: RoutesDeps): void {
  const view = (document: VideoDocument) => withProgress(viewOf(document), deps.board.latest(document._id));

  addRoute(http, routes.listVideos, async ({ query, request, reply }) => {
    const { value, sequence } = await deps.reads.list(query, minSequenceOf(request));
    answeredAt(reply, sequence);
    return { videos: value.documents.map(view), nextCursor: value.nextCursor };
  });

  addRoute(http, routes.getVideo, async ({ id, request, reply }) => {
    const { value, sequence } = await deps.reads.video(id, minSequenceOf(request));
    answeredAt(reply, sequence).header('etag', etagOf(value.lastSeq));
    if (namesVersion(request.headers['if-none-match'], value.lastSeq)) return reply.code(304).send();
    return view(value);
  });

  addRoute(http, routes.getEvents, (call) => answerHistory(deps, call));

  addRoute(http, routes.watchVideo, ({ id, request, reply }) =>
    deps.live.watchOne({ request, reply }, id, minSequenceOf(request)),
  );

  addRoute(http, routes.watchVideos, ({ query, request, reply }) =>
    // A browser that comes back by itself asks with the address of its first time: where it really was is in the header.
    deps.live.watchAll({ request, reply }, lastEventIdOf(request) ?? query.since),
  );

  const document = openApiDocument();
  http.get('/openapi.json', async (_request, reply) => reply.header('cache-control', 'no-cache').send(document));
}

/** The history comes from the log itself, so there is nothing to wait for: it is never behind. */
async function answerHistory(
  { eventLog, logEnd, now }: RoutesDeps,
  { id, request, reply }: Call<Route>,
): Promise<unknown> {
  const minSequence = minSequenceOf(request) ?? 0;
  const { lastSequence: end } = await logEnd();
  if (end < minSequence) {
    throw new ProblemError('behind', `The log ends at ${end} and has not come to ${minSequence} yet. Try again.`);
  }
  const { entries, lastSequence } = await readHistory(eventLog, id, now());
  if (entries.length === 0) throw unknownVideo(id);
  answeredAt(reply, Math.max(end, lastSequence)).header('etag', etagOf(lastSequence));
  if (namesVersion(request.headers['if-none-match'], lastSequence)) return reply.code(304).send();
  return { events: documentsOf(entries) };
}

/** A follower of the log that lags may not know a new video yet; the leader does. */
async function readHistory(eventLog: Log, id: string, now: Date): Promise<History> {
  const history = await eventLog.read(id);
  return history.entries.length === 0 && isYoung(id, now) ? eventLog.read(id, { fromLeader: true }) : history;
}

/** Everything may have changed the next moment: kept only to be asked for again with its ETag. */
function answeredAt(reply: FastifyReply, sequence: number): FastifyReply {
  return reply.header('rushes-seq', String(sequence)).header('cache-control', 'no-cache');
}

function minSequenceOf(request: FastifyRequest): number | undefined {
  return sequenceHeader(request, 'rushes-min-seq');
}

function lastEventIdOf(request: FastifyRequest): number | undefined {
  return sequenceHeader(request, 'last-event-id');
}

function sequenceHeader(request: FastifyRequest, name: string): number | undefined {
  const value = request.headers[name];
  if (value === undefined || value === '') return undefined;
  const sequence = typeof value === 'string' ? parseSequence(value) : null;
  if (sequence !== null) return sequence;
  const message = 'must be a sequence, as rushes-seq and the ids of live events are';
  throw new ProblemError('validation_failed', `${name} ${message}`, {
    errors: [{ path: `/headers/${name}`, message }],
  });
}
