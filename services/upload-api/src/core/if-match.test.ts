import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIfMatch, requiredSequence } from './if-match.ts';

describe('If-Match', () => {
  it.each([
    [undefined, { kind: 'none' }],
    ['*', { kind: 'any' }],
    ['"12"', { kind: 'sequences', sequences: [12] }],
    ['12', { kind: 'sequences', sequences: [12] }],
    ['W/"12"', { kind: 'sequences', sequences: [12] }],
    ['"1", W/"2" ,3', { kind: 'sequences', sequences: [1, 2, 3] }],
    ['"1", *', { kind: 'any' }],
    ['"abc"', { kind: 'sequences', sequences: [] }],
    ['"12', { kind: 'sequences', sequences: [] }],
    ['-1', { kind: 'sequences', sequences: [] }],
    ['', { kind: 'sequences', sequences: [] }],
    ['99999999999999999999', { kind: 'sequences', sequences: [] }],
  ])('reads %s', (header, expected) => {
    expect(parseIfMatch(header)).toEqual(expected);
  });

  it('asks the log for nothing when there is no condition, or any version will do', () => {
    expect(requiredSequence({ kind: 'none' }, 7)).toBeUndefined();
    expect(requiredSequence({ kind: 'any' }, 7)).toBeUndefined();
  });

  it('fails for every version but the ones that are named', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.nat(), (sequences, last) => {
        const header = sequences.map((sequence) => `"${sequence}"`).join(', ');
        expect(requiredSequence(parseIfMatch(header), last)).toBe(sequences.includes(last) ? last : null);
      }),
    );
  });
});
