import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endLeftovers, identityOf } from './process-table.ts';

async function sleeper(script = 'setInterval(() => {}, 1000)') {
  const child = spawn(process.execPath, ['-e', `${script}; console.log('up')`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  return { child, pid, identity: identityOf(pid) ?? '' };
}

describe('endLeftovers', () => {
  it('ends what is still the same process, also when it does not listen', async () => {
    const polite = await sleeper();
    const stubborn = await sleeper("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
    expect(await endLeftovers([polite, stubborn], 100)).toBe(2);
    expect([identityOf(polite.pid), identityOf(stubborn.pid)]).toEqual([null, null]);
  });

  it('leaves a later process alone that has the same number', async () => {
    const other = await sleeper();
    expect(await endLeftovers([{ pid: other.pid, identity: 'an earlier one' }], 100)).toBe(0);
    expect(identityOf(other.pid)).toBe(other.identity);
    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
  });
});

describe('identityOf', () => {
  it('is the same for the same process, and null for none', () => {
    expect(identityOf(process.pid)).toBe(identityOf(process.pid));
    expect(identityOf(process.pid)).not.toBeNull();
    expect(identityOf(2 ** 22 - 1)).toBeNull();
  });
});
