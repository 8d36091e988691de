import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, isIdempotencyKey } from './idempotency.ts';

describe('an Idempotency-Key', () => {
  it.each(['a', 'order 17', '~', 'x'.repeat(255)])('may be %s', (key) => {
    expect(isIdempotencyKey(key)).toBe(true);
  });

  it.each(['', 'x'.repeat(256), 'ä', 'a\nb', '\u007f'])('may not be %j', (key) => {
    expect(isIdempotencyKey(key)).toBe(false);
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of fields, at any depth', () => {
    expect(canonicalJson({ b: 1, a: { d: [{ y: 1, x: 2 }], c: null } })).toBe(
      canonicalJson({ a: { c: null, d: [{ x: 2, y: 1 }] }, b: 1 }),
    );
  });

  it('depends on the order of lists', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  it('says the same as JSON, whatever the document', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
