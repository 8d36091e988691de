import { describe, expect, it } from 'vitest';
import { cumulatedWarnings } from './warnings.ts';

const warning = (code: string) => ({ code, message: 'What to know.' });

describe('cumulatedWarnings', () => {
  it('keeps what the tier before warned of, and says nothing twice', () => {
    const before = { warnings: [warning('damaged')] };
    expect(cumulatedWarnings(before, [warning('damaged'), warning('incomplete')])).toEqual({
      warnings: [warning('damaged'), warning('incomplete')],
    });
  });

  it('has no field where there is nothing to say', () => {
    expect(cumulatedWarnings(null, [])).toEqual({});
    expect(cumulatedWarnings({}, [])).toEqual({});
  });
});
