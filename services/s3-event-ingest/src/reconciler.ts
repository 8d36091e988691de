import { type LeaseDeps, type LeasedLoop, startLeasedLoop } from '@rushes/shared/lease';
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

/** Looks, round by round, for what no notification told and for what does not go on. */
export function startReconciler(options: ReconcilerOptions): LeasedLoop {
  let seen = 0;
  return startLeasedLoop({
    ...options,
    async round(signal) {
      const round = await oneRound(options, signal);
      seen += round.seen;
      if (!round.isIndexEnd) return;
      openVideos().record(seen);
      seen = 0;
    },
  });
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
