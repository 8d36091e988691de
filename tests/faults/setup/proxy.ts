import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * `pass`; `refuse`: no connection, and those there were are cut; `freeze`: nothing goes either way and nothing is closed, as
 * when a cable is pulled; `deaf`: what is sent arrives, what is answered does not.
 */
export type ProxyMode = 'pass' | 'refuse' | 'freeze' | 'deaf';

export interface TcpProxy {
  port: number;
  set(mode: ProxyMode): void;
  /** Becomes deaf in the moment that a client sends this text. */
  deafOn(text: string): void;
  close(): Promise<void>;
}

/** A TCP proxy on loopback between a service and one of its servers. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  let mode: ProxyMode = 'pass';
  let trigger: string | undefined;
  const pairs = new Set<[client: Socket, server: Socket]>();
  const apply = ([client, server]: [Socket, Socket]) => {
    if (mode === 'refuse') for (const socket of [client, server]) socket.destroy();
    flow(client, mode === 'pass' || mode === 'deaf');
    flow(server, mode === 'pass');
  };
  const set = (next: ProxyMode) => {
    mode = next;
    trigger = undefined;
    for (const pair of pairs) apply(pair);
  };
  const listener = createServer((client) => {
    if (mode === 'refuse') return client.destroy();
    const server = connect(targetPort, '127.0.0.1');
    const pair: [Socket, Socket] = [client, server];
    pairs.add(pair);
    client.on('data', (piece) => {
      if (trigger !== undefined && piece.includes(trigger)) set('deaf');
      server.write(piece);
    });
    server.on('data', (piece) => client.write(piece));
    for (const [one, other] of [pair, [server, client]] as const) {
      // An end on one side is an end on the other; which error it was does not matter to a proxy.
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
    apply(pair);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    set,
    deafOn(text) {
      trigger = text;
    },
    async close() {
      set('refuse');
      listener.close();
      await once(listener, 'close');
    },
  };
}

function flow(socket: Socket, flows: boolean): void {
  if (flows) socket.resume();
  else socket.pause();
}
