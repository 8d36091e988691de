import { FAILURES } from '@rushes/shared/errors';
import { describe, expect, it } from 'vitest';
import { adviceFor } from './failures.ts';

describe('advice', () => {
  it.each(Object.keys(FAILURES))('for %s says at least one thing to do', (code) => {
    expect(adviceFor(code).steps.length).toBeGreaterThan(0);
  });

  it('for a file that is at fault is never to make it anew', () => {
    for (const code of ['not_a_video', 'no_video_stream', 'corrupt', 'unsupported_codec', 'too_long', 'too_large']) {
      expect(adviceFor(code).retry, code).toBe(false);
    }
  });

  it('for a passing cause, or one that is newer than this page, is to make it anew', () => {
    for (const code of ['attempts_exhausted', 'storage_unavailable', 'not_known_yet', 'toString']) {
      expect(adviceFor(code).retry, code).toBe(true);
    }
  });
});
