import { beforeEach, inject, onTestFailed } from 'vitest';
import { keepLogs } from './logs.ts';

beforeEach(({ task }) => {
  onTestFailed(() => keepLogs(inject('run'), task.name));
});
