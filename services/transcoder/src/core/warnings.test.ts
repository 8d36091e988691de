import { describe, expect, it } from 'vitest';
import { cumulatedWarnings } from './warnings.ts';

const warning = (code: string) => ({ code, message: 'What to know.' });

describe('cumulatedWarnings', () => {
  it('keeps what the tier before warned of, and counts nothing twice', () => {
    const before = { warnings: [warning('subtitles_empty'), warning('damaged')] };
    const counted = { code: 'damaged', message: 'Now 12 pictures.' };
    expect(cumulatedWarnings(before, [counted])).toEqual({ warnings: [warning('subtitles_empty'), counted] });
  });

  it('has no field where there is nothing to say', () => {
    expect(cumulatedWarnings(null, [])).toEqual({});
    expect(cumulatedWarnings({}, [])).toEqual({});
  });
});
