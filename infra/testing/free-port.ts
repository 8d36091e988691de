import { isPortFree } from '../embedded/ports.ts';

/** Apart from what systems give to outgoing connections, and from what a start chooses for itself. */
const FIRST = 12_000;
const LAST = 19_999;

/** A port of the loopback that is free now and that nothing else picks by itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isPortFree(port)) return port;
  }
}
