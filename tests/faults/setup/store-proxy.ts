import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What becomes of one request: passed on, refused as an overloaded store does, or cut off in the middle of its answer. */
export type Treatment = 'pass' | '503' | 'cut';

export interface StoreProxy {
  endpoint: string;
  /** Decides for every request from now on. */
  treat(decide: (method: string, path: string) => Treatment): void;
  /** Requests that were not passed so far. */
  hurt(): number;
  close(): Promise<void>;
}

/** An HTTP proxy on loopback between a service and the object store. The signature covers the host, which stays as it came. */
export async function startStoreProxy(target: string): Promise<StoreProxy> {
  const { hostname, port } = new URL(target);
  let decide: (method: string, path: string) => Treatment = () => 'pass';
  let hurt = 0;
  const server = createServer((incoming, outgoing) => {
    const treatment = decide(incoming.method ?? '', incoming.url ?? '');
    if (treatment !== 'pass') hurt += 1;
    if (treatment === '503') return refuse(incoming, outgoing);
    const { method, url: path, headers } = incoming;
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (treatment === 'pass') return answer.pipe(outgoing);
      answer.once('data', (piece: Buffer) => {
        outgoing.write(piece.subarray(0, Math.ceil(piece.length / 2)), () => outgoing.destroy());
        answer.destroy();
      });
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    treat: (next) => {
      decide = next;
    },
    hurt: () => hurt,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
  incoming.resume();
  outgoing.writeHead(503, { 'content-type': 'application/xml' });
  outgoing.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
}
