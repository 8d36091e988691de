import { addRoute, routes } from '@rushes/shared/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { viewOf } from './core/document.ts';
import { asUnavailable, type Checkpoint } from './database.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface DeadLetterRoutesDeps {
  deadLetters: DeadLetters;
  /** What is served, when it is whole. Throws `behind`. */
  serving: () => Promise<Checkpoint>;
}

export function addDeadLetterRoutes(http: FastifyInstance, { deadLetters, serving }: DeadLetterRoutesDeps): void {
  /** Every answer says at which sequence it was read, and none is kept. */
  const answer = async <T>(reply: FastifyReply, work: (at: Checkpoint) => Promise<T>): Promise<T> => {
    try {
      const at = await serving();
      const result = await work(at);
      reply.header('rushes-seq', String(at.sequence)).header('cache-control', 'no-store');
      return result;
    } catch (error) {
      throw asUnavailable(error);
    }
  };

  addRoute(http, routes.listDeadLetters, ({ query, reply }) => answer(reply, (at) => deadLetters.list(at, query)));

  addRoute(http, routes.getDeadLetter, ({ request, reply }) =>
    answer(reply, (at) => deadLetters.inspect(at, idOf(request))),
  );

  addRoute(http, routes.replayDeadLetter, ({ request, reply }) =>
    answer(reply, async (at) => {
      const { deadLetter, document } = await deadLetters.replay(at, idOf(request));
      return { deadLetter, video: document === null ? null : viewOf(document) };
    }),
  );

  addRoute(http, routes.discardDeadLetter, async ({ request, reply }) => {
    await answer(reply, (at) => deadLetters.discard(at, idOf(request)));
    return reply.code(204).send();
  });
}

function idOf(request: FastifyRequest): string {
  return (request.params as { deadLetterId?: string }).deadLetterId ?? '';
}
