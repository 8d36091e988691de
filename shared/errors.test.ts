import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAILURES, Failure, toFailure } from './errors.ts';
import { PROBLEMS } from './http/problems.ts';

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
const [problemsPart = '', failuresPart = ''] = page.split('## Failures of a video');
const rows = (part: string) =>
  [...part.matchAll(/^\| `([a-z_]+)` \| (\S+) \|/gm)].map(([, code, second]) => [code, second] as const);

describe('the page of errors', () => {
  it('lists every problem with its status, and no other', () => {
    const table = Object.entries(PROBLEMS).map(([code, { status }]) => [code, String(status)]);
    expect(rows(problemsPart).sort()).toEqual(table.sort());
  });
  it('lists every failure and whether it is retried, and no other', () => {
    const table = Object.entries(FAILURES).map(([code, { retryable }]) => [code, retryable ? 'yes' : 'no']);
    expect(rows(failuresPart).sort()).toEqual(table.sort());
  });
});

describe('an unknown thrown value', () => {
  const withCode = (code: string) => Object.assign(new Error(code), { code });
  it.each([
    [withCode('ENOSPC'), 'disk_full'],
    [withCode('ECONNREFUSED'), 'storage_unavailable'],
    [new Error('outer', { cause: withCode('ECONNRESET') }), 'storage_unavailable'],
    [new Error('what is this'), 'internal'],
    ['a string', 'internal'],
  ])('%s is a failure %s', (error, code) => expect(toFailure(error).code).toBe(code));
  it('that is a failure already stays what it is', () => {
    const failure = new Failure('corrupt');
    expect(toFailure(failure)).toBe(failure);
  });
});
