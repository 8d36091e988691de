import { describe, expect, it } from 'vitest';
import { LogLost } from '../nats/index.ts';
import { type Patience, patiently } from './patience.ts';

/** A clock that moves by a second with each look. */
function patience(more: Partial<Patience> = {}): Patience {
  let now = 0;
  return {
    forMs: 1_500,
    signal: new AbortController().signal,
    now: () => (now += 1_000),
    waiting: () => undefined,
    ...more,
  };
}

function failing(times: number, error: Error) {
  const calls = { count: 0 };
  const work = async () => {
    calls.count += 1;
    if (calls.count <= times) throw error;
    return 'done';
  };
  return { calls, work };
}

describe('patiently', () => {
  it('asks again until it is answered, and says once that it waits', async () => {
    const said: string[] = [];
    const { work } = failing(2, new Error('refused'));
    const waiting = (what: string, why: string) => void said.push(`${what}: ${why}`);
    await expect(patiently('NATS', work, patience({ forMs: 60_000, waiting }))).resolves.toBe('done');
    expect(said).toEqual(['NATS: Error: refused']);
  });

  it('gives up after its time, with the name and what was said last', async () => {
    const { work } = failing(9, new Error('refused'));
    await expect(patiently('S3 at x', work, patience())).rejects.toThrow(
      'S3 at x could not be prepared: Error: refused',
    );
  });

  it('does not wait for a lost log to come back', async () => {
    const { calls, work } = failing(9, new LogLost('gone'));
    await expect(patiently('NATS', work, patience())).rejects.toThrow(LogLost);
    expect(calls.count).toBe(1);
  });

  it('ends when it is told to stop', async () => {
    const stopping = new AbortController();
    const waiting = () => stopping.abort(new Error('stopped'));
    const { work } = failing(9, new Error('refused'));
    await expect(patiently('NATS', work, patience({ signal: stopping.signal, waiting }))).rejects.toThrow(
      /stopped|abort/i,
    );
  });
});
