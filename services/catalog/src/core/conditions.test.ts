import { describe, expect, it } from 'vitest';
import { etagOf, isYoung, namesVersion, parseSequence } from './conditions.ts';

describe('namesVersion', () => {
  it.each([['"7"'], ['7'], ['W/"7"'], ['"1", "7"'], ['*']])('knows version 7 in %s', (header) => {
    expect(namesVersion(header, 7)).toBe(true);
  });

  it.each([[undefined], ['"77"'], ['"1", "2"'], ['']])('does not know it in %s', (header) => {
    expect(namesVersion(header, 7)).toBe(false);
  });

  it('knows the ETag that was answered', () => {
    expect(namesVersion(etagOf(42), 42)).toBe(true);
  });
});

describe('parseSequence', () => {
  it.each([
    ['0', 0],
    ['42', 42],
    ['-1', null],
    ['1.5', null],
    ['1e3', null],
    ['0x10', null],
    ['', null],
    ['99999999999999999999', null],
  ])('reads %s as %s', (text, sequence) => {
    expect(parseSequence(text)).toBe(sequence);
  });
});

describe('isYoung', () => {
  const bornAt = Date.UTC(2026, 0, 1);
  const id = `${bornAt
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7000-8000-000000000000`;

  it('is so for a minute from the time in the id', () => {
    expect(isYoung(id, new Date(bornAt + 59_999))).toBe(true);
    expect(isYoung(id, new Date(bornAt + 60_000))).toBe(false);
  });

  it('is so when the clock that made the id goes ahead of ours', () => {
    expect(isYoung(id, new Date(bornAt - 5_000))).toBe(true);
  });
});
