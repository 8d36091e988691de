/** Label of all that the suite makes; its value is the process that runs the tests. */
export const LABEL: string;
/** Runs the Docker client and gives what it printed; throws with what it said on the error stream. */
export function docker(args: readonly string[], options?: { timeoutMs?: number; both?: boolean }): Promise<string>;
/** What keeps Docker from being used here, or null. */
export function dockerTrouble(): Promise<string | null>;
/** Removes containers, networks and volumes of runs whose process has ended, and of the run named. */
export function sweep(run?: string): Promise<void>;
