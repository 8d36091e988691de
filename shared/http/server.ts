import { type FastifyError, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { Failure } from '../errors.ts';
import { drain } from './drain.ts';
import { ProblemError, problemOf } from './problems.ts';

/** JSON bodies; a video's bytes never come this way. */
const BODY_BYTES = 1024 * 1024;
const REQUEST_MS = 30_000;

/** A server whose every error is a problem document and shows nothing of the inside. */
export function createHttpServer(log: Logger): FastifyInstance {
  const http = fastify({
    loggerInstance: log as never,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2_000 },
  }) as unknown as FastifyInstance;
  // Many clients name a type even when they send no body; Fastify would refuse that.
  const parseJson = http.getDefaultJsonParser('error', 'error');
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, String(body), done),
  );
  http.setNotFoundHandler((request, reply) => {
    const detail = `There is nothing at ${request.method} ${request.url.split('?')[0]}.`;
    return reply.code(404).type('application/problem+json').send(problemOf('not_found', detail));
  });
  http.setErrorHandler(async (error: FastifyError, request, reply) => {
    await drain(request.raw);
    const problem = asProblem(error);
    // To be behind for a moment is an answer, not a fault.
    if (problem.status >= 500 && problem.code !== 'behind') {
      // The route's pattern, never the address: a path may hold a token.
      const { method, routeOptions, params } = request;
      const { id: videoId } = (params ?? {}) as { id?: string };
      log.error({ err: error, method, route: routeOptions.url, videoId, code: problem.code }, 'request failed');
    }
    if (error instanceof ProblemError) reply.headers(error.headers);
    if (problem.status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
    return reply.code(problem.status).type('application/problem+json').send(problem);
  });
  return http;
}

function asProblem(error: FastifyError | Error) {
  if (error instanceof ProblemError) return problemOf(error.code, error.message, error.errors);
  if (error instanceof Failure) return problemOf('unavailable', 'Something this needs does not answer. Try again.');
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) return problemOf('payload_too_large', `The body is larger than ${BODY_BYTES} bytes.`);
  if (status !== undefined && status >= 400 && status < 500) {
    return problemOf('validation_failed', 'The request could not be read.', [{ path: '/', message: error.message }]);
  }
  return problemOf('unavailable', 'Something went wrong inside. Try again.');
}
