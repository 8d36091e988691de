import type { IncomingMessage } from 'node:http';

/** What an error answer waits for at most, in bytes and milliseconds: honest clients are through by then. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_MS = 2_000;

/**
 * Reads the rest of a request that is refused before its body was read, and throws it away. A connection that is closed
 * with unread bytes is reset, and the client, or the proxy before us, never sees the answer.
 */
export function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.readableEnded || request.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, MAX_MS);
  let bytes = 0;
  const onData = (piece: Buffer | string) => {
    bytes += piece.length;
    if (bytes > MAX_BYTES) resolve();
  };
  request.on('data', onData);
  request.once('end', resolve);
  request.once('close', resolve);
  return promise.finally(() => {
    clearTimeout(timer);
    request.off('data', onData);
  });
}
