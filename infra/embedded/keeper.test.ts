import { afterEach, describe, expect, it, vi } from 'vitest';
import { LogLost } from '../nats/index.ts';
import { type Keeper, startKeeper } from './keeper.ts';

let keeper: Keeper | undefined;
afterEach(() => keeper?.stop());

/** A keeper that looks when it is told to. `look` resolves with all that was said so far. */
function keep() {
  const said: string[] = [];
  let next: () => string[] = () => [];
  let looks = 0;
  let time = 0;
  const started = startKeeper({
    async ensure() {
      looks += 1;
      return next();
    },
    say: (line) => said.push(line),
    intervalMs: 3_600_000,
    repeatMs: 1_000,
    now: () => time,
  });
  keeper = started;
  return {
    async look(finds: () => string[], afterMs = 0) {
      next = finds;
      time += afterMs;
      const before = looks;
      started.wake();
      await vi.waitUntil(() => looks > before, { interval: 5 });
      return [...said];
    },
  };
}

const lost = () => {
  throw new LogLost('the log is gone');
};
const nothing = () => [];

describe('startKeeper', () => {
  it('says what it made again, and nothing when nothing was missing', async () => {
    const { look } = keep();
    expect(await look(() => ['packager'])).toEqual(['! made again on NATS: packager']);
    expect(await look(nothing)).toHaveLength(1);
  });

  it('says at once that the log is lost, then after a while again, and when it is back', async () => {
    const { look } = keep();
    expect(await look(lost)).toEqual(['! the log is gone']);
    expect(await look(lost, 999)).toHaveLength(1);
    expect(await look(lost, 1)).toEqual(['! the log is gone', '! the log is gone']);
    expect(await look(nothing)).toEqual(['! the log is gone', '! the log is gone', 'the event log is there again']);
  });

  it('leaves a bus that does not answer to the supervisor, and goes on', async () => {
    const { look } = keep();
    const down = () => {
      throw new Error('connection refused');
    };
    expect(await look(down)).toEqual([]);
    expect(await look(() => ['transcoder'])).toEqual(['! made again on NATS: transcoder']);
  });

  it('says what goes wrong when it lasts, and again only after as long', async () => {
    const { look } = keep();
    const full = () => {
      throw new Error('insufficient storage');
    };
    const said = '! cannot look after streams and durables on NATS: insufficient storage';
    expect(await look(full)).toEqual([]);
    expect(await look(full, 999)).toEqual([]);
    expect(await look(full, 1)).toEqual([said]);
    expect(await look(full, 999)).toEqual([said]);
    expect(await look(nothing)).toEqual([said]);
    expect(await look(full, 5_000)).toEqual([said]);
  });
});
