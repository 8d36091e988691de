import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { videoIdSchema } from '../events/index.ts';
import { fieldErrors, ProblemError } from './problems.ts';
import type { Route } from './routes.ts';

type BodyOf<R extends Route> = R extends { body: infer B extends z.ZodType } ? z.infer<B> : undefined;

/** What a handler gets: everything parsed. `id` is '' where the path has none. */
export interface Call<R extends Route> {
  id: string;
  query: z.infer<R['query']>;
  body: BodyOf<R>;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Adds a route of the table to a server. Wrong input answers 400 and names every wrong field; a wrong id answers 404. */
export function addRoute<R extends Route>(
  http: FastifyInstance,
  route: R,
  handler: (call: Call<R>) => Promise<unknown>,
): void {
  http.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      const { id = '' } = request.params as { id?: string };
      if (route.path.includes(':id') && !videoIdSchema.safeParse(id).success) throw unknownVideo(id);
      const query = parsePart(route.query, request.query, '/query') as z.infer<R['query']>;
      const body = bodyOf(route, request) as BodyOf<R>;
      return handler({ id, query, body, request, reply });
    },
  });
}

export function unknownVideo(id: string): ProblemError {
  return new ProblemError('not_found', `There is no video ${id.slice(0, 64)}.`);
}

function bodyOf(route: Route, request: FastifyRequest): unknown {
  if (route.body === undefined) return undefined;
  // A body whose fields are all optional may be left out.
  return parsePart(route.body, request.body ?? (route.body.safeParse({}).success ? {} : request.body), '');
}

function parsePart(schema: z.ZodType, value: unknown, base: string): unknown {
  const result = schema.safeParse(value, { error: plainMessage });
  if (result.success) return result.data;
  const errors = fieldErrors(result.error, base);
  const detail = errors.map(({ path, message }) => `${path.slice(1) || 'the body'} ${message}`).join('; ');
  throw new ProblemError('validation_failed', detail, { errors });
}

/** In words for a person, where the schema has none of its own; undefined leaves it to zod. */
function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is missing' : `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_key') return `has a name that ${issue.issues[0]?.message ?? 'is wrong'}`;
  return undefined;
}
