import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Say } from './startup.ts';

/** Long enough for the read model of a small library to be built. */
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

const readySchema = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });

/**
 * Ready when `/readyz` says so, or when for some time nothing but the read model has been missing: it is being built, or is of
 * another log and waits for a person, and neither must keep everything else from running. That is said.
 */
export async function catalogReady(
  url: string,
  signal: AbortSignal,
  say: Say,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  for (const patience = Date.now() + patienceMs; ; ) {
    const answer = await fetch(`${url}/readyz`, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    if (answer?.status === 200) return answer.body?.cancel();
    const missing = answer === undefined ? undefined : onlyProjectionIn(await answer.json());
    if (missing !== undefined && Date.now() >= patience) {
      say(`! catalog serves no read model yet: ${missing}`);
      return;
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

/** What the read model lacks, when all else is there. */
function onlyProjectionIn(body: unknown): string | undefined {
  const { data } = readySchema.safeParse(body);
  if (data?.status !== 'degraded') return undefined;
  const wrong = Object.entries(data.checks).filter(([, state]) => state !== 'ok');
  const [only] = wrong;
  return wrong.length === 1 && only?.[0] === 'projection' ? only[1] : undefined;
}
