import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { sweep } from '../docker.mjs';
import { containersOf } from './containers.ts';
import { keepLogs } from './logs.ts';
import { bootstrap, prepareSystem, type System, startServers, startServices } from './system.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The system that most tests share. */
    system: System;
    /** Label of everything that this run makes. */
    run: string;
    /** Folder for the clips that tests make. */
    clips: string;
  }
}

/** Starts a system for all tests of the run, as `docker compose up` does, and removes whatever was made with it at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = String(process.pid);
  const clips = await mkdtemp(join(tmpdir(), 'rushes-clips-'));
  const end = async () => {
    await rm(clips, { recursive: true });
    await sweep(run);
  };
  await sweep();
  try {
    const system = await prepareSystem({ run, name: 'main', natsNodes: 1 });
    await startServers(system);
    await bootstrap(system);
    await startServices(system);
    await containersOf(system).untilReady();
    project.provide('system', system);
    project.provide('run', run);
    project.provide('clips', clips);
  } catch (error) {
    await keepLogs(run, 'start of the system');
    await end();
    throw error;
  }
  return end;
}
