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

/** One listening socket to which one process writes one stream. */
export interface Inlet {
  url: string;
  /** Whether the process has connected. */
  isConnected(): boolean;
  /** Hands over every piece in order; the writer is not read further until the promise of a piece resolves. */
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
      for await (const piece of socket) await onPiece(piece);
    },
    close() {
      connection.resolve(null);
      if (server.listening) server.close();
      connected?.destroy();
    },
  };
}
