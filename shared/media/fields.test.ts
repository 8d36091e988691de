import { describe, expect, it } from 'vitest';
import { fieldOrder } from './fields.ts';

const printed = (...pictures: [order: string, count: number][]) =>
  pictures
    .flatMap(([order, count]) => Array.from({ length: count }, () => order))
    .map(
      (order, index) =>
        `frame:${index} pts:${index} pts_time:${index / 25}\nlavfi.idet.multiple.current_frame=${order}`,
    )
    .join('\n');

describe('fieldOrder', () => {
  it('is the order in which most pictures are woven', () => {
    expect(fieldOrder(printed(['tff', 38], ['undetermined', 2]))).toBe('tff');
    expect(fieldOrder(printed(['progressive', 4], ['bff', 36]))).toBe('bff');
    expect(fieldOrder(printed(['progressive', 40]))).toBe('progressive');
  });

  it('is not known where pictures disagree, stand still or are few', () => {
    expect(fieldOrder(printed(['tff', 20], ['progressive', 20]))).toBeNull();
    expect(fieldOrder(printed(['tff', 20], ['bff', 20]))).toBeNull();
    expect(fieldOrder(printed(['undetermined', 40]))).toBeNull();
    expect(fieldOrder(printed(['tff', 9]))).toBeNull();
    expect(fieldOrder('')).toBeNull();
  });
});
