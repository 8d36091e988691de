import { defineConfig } from 'vitest/config';

/** Recovery starts systems of its own again and again; it runs with the faults, not in `npm test`. */
const RECOVERY = ['reconcile', 'generations', 'platform'].map((folder) => `${folder}/**/*.int.test.ts`);

/** Encodes for minutes what shows how encoding goes on, is shared, passed on and measured; by a command of its own. */
const ENCODING = ['encoding/**/*.int.test.ts'];

const common = {
  testTimeout: 120_000,
  hookTimeout: 180_000,
  // One system and two cores: files one after the other, so that times mean something and logs can be read.
  fileParallelism: false,
};

export default defineConfig({
  test: {
    fileParallelism: false,
    projects: [
      {
        test: {
          ...common,
          name: 'integration',
          include: ['**/*.int.test.ts'],
          exclude: [...RECOVERY, ...ENCODING],
          globalSetup: ['setup/global.ts'],
        },
      },
      { test: { ...common, name: 'recovery', include: RECOVERY, globalSetup: ['setup/global.ts'] } },
      { test: { ...common, name: 'encoding', include: ENCODING, globalSetup: ['setup/global.ts'] } },
      {
        test: {
          ...common,
          name: 'faults',
          include: ['faults/**/*.fault.test.ts'],
          globalSetup: ['faults/setup/global.ts'],
        },
      },
      {
        test: {
          ...common,
          // Each waits for many things, each with a limit of its own.
          testTimeout: 300_000,
          name: 'containers',
          include: ['containers/**/*.containers.test.ts'],
          globalSetup: ['containers/setup/global.ts'],
          setupFiles: ['containers/setup/each.ts'],
        },
      },
    ],
  },
});
