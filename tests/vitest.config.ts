import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.int.test.ts'],
    globalSetup: ['setup/global.ts'],
    // One system and two cores: files one after the other, so that times mean something and logs can be read.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
