import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avcC, gopOf, IDR, PICTURE_SET, type Picture, SEQUENCE_SET, SLICE, surveyed } from './avc-fixture.ts';
import { pieces } from './stream-fixture.ts';
import { createSurvey, Unfit } from './survey.ts';

const RATE = { num: 10, den: 1 };

function survey(
  gops: readonly (readonly Picture[])[],
  configuration?: Uint8Array,
  lengths: readonly number[] = [1000],
) {
  const look = createSurvey(RATE);
  for (const piece of pieces(surveyed(gops, RATE, configuration), lengths)) look.push(piece);
  return look.end();
}

/** The pictures of a GOP in an order of decoding in which each is at most two behind its turn, as B-frames make it. */
const withB = (from: number): Picture[] => [0, 3, 1, 2, 6, 4, 5, 7, 8, 9].map((shown) => ({ shown: from + shown }));

const u8 = (...values: number[]) => Uint8Array.from(values);
const slice = (shown: number, ...beside: Uint8Array[]): Picture => ({ shown, units: [...beside, SLICE] });

describe('createSurvey', () => {
  it('finds where GOPs begin, how many pictures there are and how far decoding must be ahead', () => {
    expect(survey([gopOf(20, 0), withB(20), gopOf(13, 30)])).toEqual({
      keyframes: [0, 20, 30],
      frames: 43,
      delay: 1,
      gopBytes: [8 + 19 * 6, 8 + 9 * 6, 8 + 12 * 6],
      profile: 77,
      level: 31,
    });
  });

  it('finds the same in any cutting of the bytes, whatever the order of decoding', () => {
    const shuffled = fc.integer({ min: 10, max: 25 }).chain((length) =>
      fc
        .shuffledSubarray([...Array(length - 1).keys()], { minLength: length - 1 })
        .filter((order) => order.every((shown, decoded) => Math.abs(shown - decoded) < 12))
        .map((order) => [0, ...order.map((shown) => shown + 1)]),
    );
    fc.assert(
      fc.property(
        fc.array(shuffled, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
        (orders, lengths) => {
          const firsts = orders.map((_, gop) => orders.slice(0, gop).reduce((sum, order) => sum + order.length, 0));
          const gops = orders.map((order, gop) => order.map((shown) => ({ shown: (firsts[gop] ?? 0) + shown })));
          const found = survey(gops, undefined, lengths);
          expect(found.keyframes).toEqual(firsts);
          const late = gops.flat().map(({ shown }, decoded) => decoded - shown);
          expect(found.delay).toBe(Math.max(...late));
        },
      ),
    );
  });

  it('takes what stands beside slices, but does not count it', () => {
    const beside = [u8(0x09, 0xf0), u8(0x06, 5, 2, 1, 1, 0x80), SEQUENCE_SET, PICTURE_SET, u8(0x0c, 0xff)];
    const first = { shown: 0, units: [...beside, IDR] };
    expect(survey([[first, ...gopOf(19, 1)]]).gopBytes).toEqual([8 + 19 * 6]);
  });

  it('takes times that a container has rounded', () => {
    const rounded = gopOf(20, 0).map(({ shown }) => ({ shown: shown + (shown % 2 === 0 ? 0.2 : -0.2) }));
    expect(survey([rounded]).frames).toBe(20);
  });

  it.each<[string, (readonly Picture[])[], RegExp]>([
    ['a GOP of more than two and a half seconds', [gopOf(26, 0)], /more than 2.5 s/],
    ['GOPs of half a second', [0, 1, 2].map((gop) => gopOf(5, gop * 5)), /less than 0.9 s/],
    ['pictures shown before their keyframe', [gopOf(20, 0), [{ shown: 22 }, { shown: 20 }, { shown: 21 }]], /open/],
    ['a keyframe that is not shown first', [gopOf(20, 0), [{ shown: 21 }, { shown: 20 }, { shown: 22 }]], /open/],
    ['a late beginning', [gopOf(20, 3)], /begin late/],
    ['a picture too few', [gopOf(20, 0), gopOf(20, 21)], /begin late/],
    ['a picture shown twice', [[...gopOf(15, 0), { shown: 14 }]], /evenly/],
    ['a time between two pictures', [[{ shown: 0 }, { shown: 1.4 }, { shown: 2 }, ...gopOf(12, 3)]], /evenly/],
    ['a hole', [[...gopOf(10, 0), ...gopOf(8, 12)]], /evenly/],
    ['a keyframe that depends on others', [[slice(0), ...gopOf(19, 1)]], /not those that it names/],
    ['a keyframe that is not named', [[...gopOf(10, 0), { shown: 10, units: [IDR] }]], /not those that it names/],
    ['a picture without a slice', [[...gopOf(10, 0), { shown: 10, units: [u8(0x06, 5, 1, 1, 0x80)] }]], /not those/],
    ['another description in between', [[...gopOf(10, 0), slice(10, u8(0x67, 77, 0, 40, 0xaa))]], /changes/],
    ['another one of pictures', [[...gopOf(10, 0), slice(10, u8(0x68, 0xcc))]], /changes/],
    ['an order to turn the picture', [[...gopOf(10, 0), slice(10, u8(0x06, 47, 1, 0, 0x80))]], /turned/],
    [
      'such an order behind another message',
      [[...gopOf(10, 0), slice(10, u8(0x06, 5, 2, 1, 1, 47, 1, 0, 0x80))]],
      /turned/,
    ],
    ['units of a second view', [[...gopOf(10, 0), slice(10, u8(0x74, 1))]], /more than slices/],
  ])('refuses %s', (_title, gops, reason) => {
    expect(() => survey(gops)).toThrow(reason);
    expect(() => survey(gops)).toThrow(Unfit);
  });

  it.each([
    ['no description', avcC([], [])],
    ['two descriptions', avcC([SEQUENCE_SET, SEQUENCE_SET])],
  ])('refuses %s of the pictures', (_title, configuration) => {
    expect(() => survey([gopOf(20, 0)], configuration)).toThrow(/description/);
  });

  it('refuses a sample that is torn, and a stream without pictures', () => {
    const torn = surveyed([gopOf(20, 0)], RATE);
    // The length of the last unit, whose two bytes are the last of all.
    torn[torn.length - 3] = 9;
    expect(() => createSurvey(RATE).push(torn)).toThrow(/torn/);
    expect(() => createSurvey(RATE).end()).toThrow(Unfit);
  });
});
