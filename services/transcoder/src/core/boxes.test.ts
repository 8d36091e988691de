import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childBoxes, concat, createBoxReader, findBox, needBox } from './boxes.ts';
import { box, pieces } from './stream-fixture.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const boxes = fc.array(fc.tuple(fc.constantFrom('ftyp', 'moov', 'moof', 'mdat'), fc.uint8Array({ maxLength: 60 })), {
  maxLength: 10,
});

describe('createBoxReader', () => {
  it('gives the same boxes for any cutting of the bytes', () => {
    fc.assert(
      fc.property(boxes, lengths, (wanted, cut) => {
        const reader = createBoxReader();
        const bytes = concat(wanted.map(([type, body]) => box(type, body)));
        const found = pieces(bytes, cut).flatMap((piece) => reader.push(piece));
        reader.end();
        expect(found.map(({ type, body }) => [type, [...body]])).toEqual(
          wanted.map(([type, body]) => [type, [...body]]),
        );
      }),
    );
  });

  it('reads a box whose size needs 64 bits', () => {
    const large = Uint8Array.of(0, 0, 0, 1, 0x6d, 0x64, 0x61, 0x74, 0, 0, 0, 0, 0, 0, 0, 18, 7, 9);
    const reader = createBoxReader();
    const found = pieces(large, [9, 3]).flatMap((piece) => reader.push(piece));
    expect(found.map(({ type, body }) => [type, ...body])).toEqual([['mdat', 7, 9]]);
  });

  it('refuses a size that nothing of ours can have', () => {
    const huge = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x6d, 0x64, 0x61, 0x74);
    expect(() => createBoxReader().push(huge)).toThrow(/mdat claims a size of 4294967295/);
    expect(() => createBoxReader().push(Uint8Array.of(0, 0, 0, 7, 1, 1, 1, 1))).toThrow(/size of 7/);
  });

  it('says when the stream ends within a box', () => {
    const reader = createBoxReader();
    reader.push(box('mdat', new Uint8Array(20)).subarray(0, 15));
    expect(() => reader.end()).toThrow(/ended within a box: 15 bytes are left of 28/);
  });
});

describe('findBox', () => {
  const tree = box('moov', box('free'), box('trak', box('tkhd', Uint8Array.of(1))), box('trak', box('mdia')));

  it('follows a path through the first box of each type', () => {
    expect([...(findBox(tree, ['moov', 'trak', 'tkhd'])?.body ?? [])]).toEqual([1]);
    expect(findBox(tree, ['moov', 'trak', 'mdia'])).toBeUndefined();
  });

  it('names the path of a box that must be there and is not', () => {
    expect(() => needBox(tree, ['moov', 'mvex'])).toThrow('box moov/mvex is missing');
  });

  it('refuses bytes that are not whole boxes', () => {
    expect(() => childBoxes(tree.subarray(0, 20))).toThrow(/no whole box at byte 0 of 20/);
  });
});
