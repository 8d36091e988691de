import type { Log } from '@rushes/shared/log';
import type { Runtime } from '@rushes/shared/service';
import { createS3Client, createStorage, type Storage } from '@rushes/shared/storage';
import type { IngestConfig } from './config.ts';
import { createLogPages, type LogPages } from './log-pages.ts';
import { createOpenIndex, type OpenIndex } from './open-index.ts';
import type { RecordDeps } from './record.ts';
import { createStages, type Stages } from './stages.ts';

/** All that looking for what was missed needs of the world. */
export interface ReconcileDeps extends RecordDeps {
  eventLog: Pick<Log, 'read' | 'execute'>;
  storage: Pick<Storage, 'head' | 'deletePrefix' | 'list'>;
  index: OpenIndex;
  stages: Stages;
  pages: LogPages;
  now: () => Date;
  /** `STUCK_AFTER`, milliseconds. */
  stuckAfterMs: number;
  /** Keys of orphans that this process has named already: said once, not once a rotation. */
  saidOrphans: Set<string>;
}

/** Objects or entries that one part of a round looks at: a million cost no more a round than a thousand. */
export const PAGE = 1_000;
/** At the same time. */
export const LANES = 16;

/** What was found to be amiss; added up over a round. */
export interface Findings {
  /** Uploads of which no notification told. */
  found: number;
  /** Objects that no video asked for. */
  orphans: number;
  /** Generations whose stages were asked once more. */
  retries: number;
  /** Generations that have failed as stalled. */
  stalled: number;
}

/** One way through index or bucket: adds to the findings, and stops between two videos when the signal aborts. */
export interface Pass {
  findings: Findings;
  signal: AbortSignal;
}

export const nothingFound = (): Findings => ({ found: 0, orphans: 0, retries: 0, stalled: 0 });

export async function createReconcileDeps(
  runtime: Pick<Runtime, 'connection' | 'client' | 'manager' | 'eventLog' | 'now' | 'log'>,
  config: IngestConfig,
): Promise<ReconcileDeps> {
  return {
    eventLog: runtime.eventLog,
    storage: createStorage(createS3Client(config)),
    bucket: config.UPLOADS_BUCKET,
    index: await createOpenIndex(runtime),
    stages: await createStages(runtime),
    pages: createLogPages(runtime.connection),
    now: runtime.now,
    stuckAfterMs: config.STUCK_AFTER,
    saidOrphans: new Set(),
    log: runtime.log,
  };
}
