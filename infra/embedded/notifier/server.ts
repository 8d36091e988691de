import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type NotificationRule, notificationOf, type S3Notification } from './notification.ts';

export interface NotifierOptions {
  token: string;
  rule: NotificationRule;
  /** Puts a notification on the queue; a rejection makes the store send its event again. */
  send(notification: S3Notification): Promise<void>;
  now: () => Date;
  report(line: string): void;
}

/** An object in very many chunks is described by megabytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Does what AWS does by itself: takes the store's events and puts S3 notifications on the queue. It answers only after the
 * queue took the notification, so that a failure anywhere makes the store repeat its event.
 */
export function createNotifier(options: NotifierOptions): Server {
  return createServer(async (request, response) => {
    response.statusCode = await statusFor(request, options);
    response.end();
  });
}

async function statusFor(request: IncomingMessage, options: NotifierOptions): Promise<number> {
  if (request.method === 'GET' && request.url === '/livez') return 200;
  if (request.method !== 'POST') return 405;
  if (!sameText(request.headers.authorization ?? '', `Bearer ${options.token}`)) return 401;
  try {
    const body = await readBody(request);
    if (body === null) return 413;
    const notification = notificationOf(parseJson(body), options.rule, options.now());
    if (notification === null) return 200;
    await options.send(notification);
    const { object } = notification.Records[0].s3;
    options.report(`announced ${object.key} (${object.size} bytes)`);
    return 200;
  } catch (error) {
    options.report(
      `could not announce, the store will send it again: ${error instanceof Error ? error.message : error}`,
    );
    return 503;
  }
}

/** Null when it is longer than allowed. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What is not JSON is no event; sending it again would not change that. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Compares without telling by its duration where texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(a), digest(b));
}
