import { wait } from '@rushes/shared/bus';
import { type Lease, type LeaseDeps, tryAcquire } from '@rushes/shared/lease';
import { meter } from '@rushes/shared/service';
import type { Position } from './core/position.ts';
import { rebuildIndex } from './rebuild.ts';
import type { Findings, ReconcileDeps } from './reconcile-deps.ts';
import { type Round, runRound } from './round.ts';

export interface ReconcilerOptions extends ReconcileDeps {
  /** One replica at a time reconciles. */
  lease: LeaseDeps;
  /** `RECONCILE_INTERVAL`, milliseconds. */
  intervalMs: number;
  /** Resolves when log and store answer, or the signal aborts: nothing is looked at before. */
  healthy(signal: AbortSignal): Promise<void>;
}

export interface Reconciler {
  /** Waits for the page that is being looked at. */
  stop(): Promise<void>;
}

/** Looks, round by round, for what no notification told and for what does not go on. */
export function startReconciler(options: ReconcilerOptions): Reconciler {
  const stopping = new AbortController();
  const running = run(options, stopping.signal);
  return {
    async stop() {
      stopping.abort(new Error('the service is stopping'));
      await running;
    },
  };
}

async function run(options: ReconcilerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await options.healthy(signal);
    if (signal.aborted) return;
    try {
      const lease = await tryAcquire(options.lease);
      if (lease !== null) await reconcileWhileHeld(options, lease, signal);
    } catch (error) {
      options.log.warn({ err: error }, 'reconciling broke off; trying again');
    }
    await wait(options.intervalMs, signal);
  }
}

async function reconcileWhileHeld(options: ReconcilerOptions, lease: Lease, stopping: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopping, lease.signal]);
  try {
    let seen = 0;
    while (!signal.aborted) {
      const round = await oneRound(options, signal);
      seen += round.seen;
      if (round.isIndexEnd) {
        openVideos().record(seen);
        seen = 0;
      }
      await wait(options.intervalMs, signal);
      await options.healthy(signal);
    }
  } finally {
    await lease.release();
  }
}

async function oneRound(options: ReconcilerOptions, signal: AbortSignal): Promise<Round> {
  const { position, revision } = await options.index.readPosition();
  const round = await runRound(options, position ?? (await beginAnew(options, signal)), signal);
  count(round.findings);
  // Refused: another replica reconciles and knows better where it is.
  await options.index.writePosition(round.position, revision);
  return round;
}

/** A bucket without a position is new or was lost. */
async function beginAnew(options: ReconcilerOptions, signal: AbortSignal): Promise<Position> {
  const { next } = await rebuildIndex(options, signal);
  return { index: 0, recent: '', bucket: '', reprocessed: next };
}

/** Asked for when it is used: instruments made before telemetry has started measure nothing. */
const openVideos = () =>
  meter().createGauge('rushes.reconciler.open', { description: 'Videos that something is still expected of' });

const DESCRIPTIONS: Record<keyof Findings, string> = {
  found: 'Uploads of which no notification told',
  orphans: 'Objects that no video asked for, each once a rotation',
  retries: 'Generations whose stages were asked once more',
  stalled: 'Generations that have failed as stalled',
};

function count(findings: Findings): void {
  for (const name of Object.keys(DESCRIPTIONS) as (keyof Findings)[]) {
    const counter = meter().createCounter(`rushes.reconciler.${name}`, { description: DESCRIPTIONS[name] });
    counter.add(findings[name]);
  }
}
