import { connect, createServer } from 'node:net';
import { SetupError } from './install.mjs';

export interface PortRequest {
  name: string;
  /** Set by the user in this variable: then this port or none. */
  asked?: { variable: string; port: number } | undefined;
  /** Taken when free; undefined: any port will do. */
  preferred?: number | undefined;
}

export interface ChosenPorts {
  ports: Record<string, number>;
  /** Defaults and kept choices that were busy. */
  moved: { name: string; from: number; to: number }[];
}

/** Below what systems hand out for outgoing connections (Linux from 32768, macOS from 49152), which could take one at any time. */
const FIRST = 20_000;
const LAST = 31_999;
const NEIGHBOURS = 20;

/**
 * Chooses a port for each request: the asked one, else the one kept from the last start, else the preferred one, else
 * a free one near it. Throws SetupError that names a busy port that was asked for.
 */
export async function choosePorts(
  requests: readonly PortRequest[],
  kept: Record<string, number>,
  deps: { isFree: (port: number) => Promise<boolean>; random: () => number },
): Promise<ChosenPorts> {
  const ports: Record<string, number> = {};
  const moved: ChosenPorts['moved'] = [];
  const asked = new Map(requests.map((request) => [request.asked?.port, request.name]));
  const usable = async (port: number, name: string) =>
    (asked.get(port) ?? name) === name && !Object.values(ports).includes(port) && (await deps.isFree(port));
  for (const { name, asked, preferred } of requests) {
    if (asked !== undefined) {
      if (!(await usable(asked.port, name))) {
        throw new SetupError(
          `Port ${asked.port} (${asked.variable}) is in use. Free it, or choose another with ${asked.variable}.`,
        );
      }
      ports[name] = asked.port;
      continue;
    }
    const first = kept[name] ?? preferred;
    const port = await firstUsable(candidates(first, deps.random), (candidate) => usable(candidate, name));
    ports[name] = port;
    if (preferred !== undefined && first !== undefined && port !== first) moved.push({ name, from: first, to: port });
  }
  return { ports, moved };
}

function* candidates(first: number | undefined, random: () => number): Generator<number> {
  if (first !== undefined) {
    for (let port = first; port <= Math.min(first + NEIGHBOURS, 65_535); port += 1) yield port;
  }
  for (let tries = 0; tries < 1_000; tries += 1) yield FIRST + Math.floor(random() * (LAST - FIRST + 1));
}

async function firstUsable(ports: Iterable<number>, usable: (port: number) => Promise<boolean>): Promise<number> {
  for (const port of ports) if (await usable(port)) return port;
  throw new SetupError('No free port was found on 127.0.0.1.');
}

/** Whether nothing answers on a port of the loopback and it can be listened on. */
export async function isPortFree(port: number): Promise<boolean> {
  // Where a wildcard listener does not exclude ours, only an answer shows it.
  return !(await answers(port)) && (await canListen(port));
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
