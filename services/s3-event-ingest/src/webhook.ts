import { createHash, timingSafeEqual } from 'node:crypto';
import { ProblemError, routes } from '@rushes/shared/http';
import type { Runtime } from '@rushes/shared/service';
import { parseJson, readNotification } from './core/notification.ts';
import type { Verdict } from './record.ts';

export interface WebhookDeps {
  /** `S3_WEBHOOK_TOKEN`; without it nobody gets in. */
  token: string | undefined;
  /** Looks at one object; throws when log or store does not answer. */
  record(object: { bucket: string; key: string }): Promise<Verdict>;
  /** Throws at once when log or store is known to be away, so that the store tries again. */
  probe(): Promise<void>;
  log: Runtime['log'];
}

const BODY_BYTES = 1024 * 1024;

/**
 * Notifications of stores that have no queue. 202 only when what they tell of is in the log; 503 makes the store send them
 * again. The token is checked before the body is read.
 */
export function addWebhook(http: Runtime['http'], deps: WebhookDeps): void {
  http.register(async (scope) => {
    // Stores name all kinds of types, or none: the body counts.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    for (const route of [routes.s3Webhook, routes.s3WebhookWithToken]) {
      scope.route({
        method: route.method,
        url: route.path,
        bodyLimit: BODY_BYTES,
        onRequest: async (request) =>
          refuseStranger(deps.token, request.headers.authorization, request.params as { token?: string }),
        handler: async (request, reply) => {
          await receive(deps, typeof request.body === 'string' ? request.body : '');
          return reply.code(202).send();
        },
      });
    }
  });
}

async function receive(deps: WebhookDeps, body: string): Promise<void> {
  // Some stores send an empty document to see whether we are there.
  if (body.trim() === '') return;
  const document = parseJson(body);
  if (document === undefined) {
    const errors = [{ path: '/', message: 'must be JSON' }];
    throw new ProblemError('validation_failed', 'The body is not JSON.', { errors });
  }
  const notifications = readNotification(document);
  if (notifications.some(({ kind }) => kind === 'created')) await deps.probe();
  for (const notification of notifications) {
    if (notification.kind === 'created') await deps.record(notification);
    else deps.log.info({ reason: notification.reason }, 'a notification that tells of no upload');
  }
}

function refuseStranger(token: string | undefined, authorization = '', params: { token?: string } = {}): void {
  const headers = { 'www-authenticate': 'Bearer' };
  if (token === undefined) {
    throw new ProblemError('unauthorized', 'No token is configured here, so no notification is taken.', { headers });
  }
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  if ([bearer, params.token].some((given) => given !== undefined && isEqual(given, token))) return;
  throw new ProblemError('unauthorized', 'A valid token is needed, as bearer or in the path.', { headers });
}

/** In a time that tells nothing about where they differ, nor about their lengths. */
function isEqual(given: string, token: string): boolean {
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
