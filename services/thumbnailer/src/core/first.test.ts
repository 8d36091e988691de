import { describe, expect, it } from 'vitest';
import { planBeginning } from './first.ts';
import { select } from './frames.ts';
import { sampleFacts } from './sample-facts.ts';

describe('planBeginning', () => {
  it('takes a few keyframes of the first two segments, however much is there', () => {
    const { facts, images } = planBeginning(sampleFacts(30 * 180));
    expect(facts.segments).toHaveLength(2);
    expect(images.map(({ time }) => time.toFixed(3))).toEqual(['2.002', '4.004', '6.006', '8.008']);
    // As the decoder counts them when it is given both segments and skips all but keyframes.
    expect(select(facts, images, 'keyframes')).toEqual({ segments: [0, 1], numbers: [1, 2, 3, 4] });
  });

  it('takes the only picture there is', () => {
    expect(planBeginning(sampleFacts(1)).images).toEqual([{ time: 0, segment: 0, index: 0 }]);
  });
});
