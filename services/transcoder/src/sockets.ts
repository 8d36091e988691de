import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The kernel's limit of a Unix socket's path (108 with the closing zero), less a name of ours. */
const MAX_FOLDER_LENGTH = 107 - 12;

/** A private folder whose path is short enough for sockets: the job's own if it is, else one in the system's. */
export async function socketFolder(scratch: string): Promise<{ path: string; remove(): Promise<void> }> {
  if (Buffer.byteLength(scratch) <= MAX_FOLDER_LENGTH) return { path: scratch, remove: () => Promise.resolve() };
  const path = await mkdtemp(join(tmpdir(), 'rushes-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The writer's end broke. What broke it, the process that wrote knows better. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream';
}

/** One listening socket to which one process writes one stream. */
export interface Inlet {
  url: string;
  /** Whether the process has connected. */
  isConnected(): boolean;
  /**
   * Hands over every piece in order; the writer is not read further until the promise of a piece resolves.
   * @throws what `onPiece` throws; BrokenStream when the connection does not end as it should
   */
  read(onPiece: (piece: Uint8Array) => Promise<void>): Promise<void>;
  close(): void;
}

/** Listens on `<folder>/<name>` for a single connection. */
export async function openInlet(folder: string, name: string): Promise<Inlet> {
  const path = join(folder, name);
  const connection = Promise.withResolvers<Socket | null>();
  let connected: Socket | undefined;
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    // Reading starts when the reader asks; until then nothing may be lost.
    socket.pause();
    connected = socket;
    connection.resolve(socket);
    server.close();
  });
  server.maxConnections = 1;
  server.listen(path);
  await once(server, 'listening');
  return {
    url: `unix:${path}`,
    isConnected: () => connected !== undefined,
    async read(onPiece) {
      const socket = await connection.promise;
      if (socket === null) return;
      let refused = false;
      try {
        for await (const piece of socket) {
          refused = true;
          await onPiece(piece);
          refused = false;
        }
      } catch (error) {
        throw refused ? error : new BrokenStream(`the stream to ${name} broke`, { cause: error });
      }
    },
    close() {
      connection.resolve(null);
      if (server.listening) server.close();
      connected?.destroy();
    },
  };
}
