import type { FastifyReply, FastifyRequest } from 'fastify';
import { HEARTBEAT } from './core/frames.ts';
import type { Logger } from './ports.ts';

/** One open connection of server-sent events. */
export interface EventStream {
  /** Sends at once. A reader that lets too much pile up is dropped: it comes back and goes on where it was. */
  push(frame: string): void;
  /** Sends what may as well be left out for a reader that is behind. */
  pushIfIdle(frame: string): void;
  /** Sends and waits until the reader has taken it, for what comes in masses. */
  write(frame: string): Promise<void>;
  readonly closed: boolean;
  onClose(listener: () => void): void;
  end(): void;
}

const HEARTBEAT_MS = 15_000;
/** Bytes that may wait for a reader. */
const MAX_BUFFERED = 1024 * 1024;
const IDLE_BUFFERED = 16 * 1024;

export function openEventStream(
  { request, reply, log }: { request: FastifyRequest; reply: FastifyReply; log: Logger },
  headers: Record<string, string>,
): EventStream {
  const { raw } = reply;
  // From here on the answer is ours, and what plug-ins have set (CORS) would be lost.
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  reply.hijack();
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Proxies of the nginx kind would keep events back to fill their buffers.
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
  const heartbeat = setInterval(() => push(HEARTBEAT), HEARTBEAT_MS);
  raw.on('close', () => clearInterval(heartbeat));
  raw.on('error', (error) => log.debug({ err: error }, 'a live connection broke off'));
  if (request.method === 'HEAD') raw.end();

  const open = () => !raw.destroyed && !raw.writableEnded;
  const push = (frame: string) => {
    if (!open()) return;
    raw.write(frame);
    if (raw.writableLength <= MAX_BUFFERED) return;
    log.info({ buffered: raw.writableLength }, 'a live connection does not keep up; dropped');
    raw.destroy();
  };
  return {
    push,
    pushIfIdle(frame) {
      if (raw.writableLength <= IDLE_BUFFERED) push(frame);
    },
    async write(frame) {
      if (!open() || raw.write(frame)) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      raw.once('drain', resolve);
      raw.once('close', resolve);
      await promise;
      raw.off('drain', resolve);
      raw.off('close', resolve);
    },
    get closed() {
      return !open();
    },
    onClose(listener) {
      if (raw.destroyed) listener();
      else raw.once('close', listener);
    },
    end() {
      if (open()) raw.end();
    },
  };
}
