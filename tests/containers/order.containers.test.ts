import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { until } from '../setup/client.ts';
import {
  bootstrap,
  prepareSystem,
  removeSystem,
  SERVICES,
  type System,
  startServers,
  startServices,
} from './setup/system.ts';
import { createWorld, shortClip, type World } from './setup/world.ts';

let system: System;
let world: World;

beforeAll(async () => {
  system = await prepareSystem({ run: inject('run'), name: 'order', natsNodes: 1 });
  world = createWorld(system);
});
afterAll(() => removeSystem(system));

/** Until Docker, which asks every 15 s, has asked each service how it is. */
async function untilAskedInVain(): Promise<void> {
  for (const alias of SERVICES) {
    await until(
      `${alias} to be asked`,
      () => world.containers.inspect(alias, '{{.State.Status}} {{len .State.Health.Log}}'),
      (state) => state !== 'running 0',
      50,
    );
    expect(
      await world.containers.inspect(alias, '{{.State.Status}} {{(index .State.Health.Log 0).ExitCode}}'),
      alias,
    ).toBe('running 1');
  }
}

/** Until each that answers without MongoDB says what it lacks. The catalog needs the replica set that the bootstrap makes. */
async function untilLogIsMissed(): Promise<void> {
  for (const alias of SERVICES.filter((name) => name !== 'catalog')) {
    await until(
      `${alias} to miss the log`,
      async () => (await world.containers.ask(alias, '/readyz'))?.text(),
      (said) => said?.includes('VIDEO') === true,
      30,
    );
  }
}

describe('services that are started before there is any server', () => {
  it('wait, without servers and without streams and buckets, and take up work when the bootstrap has come', async () => {
    const { containers, upload, untilWhole } = world;
    await startServices(system);
    await untilAskedInVain();
    await startServers(system);
    await untilLogIsMissed();
    await bootstrap(system);
    await containers.untilReady();
    await untilWhole(await upload(await shortClip()));
  });
});
