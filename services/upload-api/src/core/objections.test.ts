import { PROBLEMS } from '@rushes/shared/http';
import { describe, expect, it } from 'vitest';
import { OBJECTIONS } from './objections.ts';

describe('what a client is told of an objection', () => {
  it.each(Object.entries(OBJECTIONS))('%s is a sentence with a code of the table', (_objection, { code, detail }) => {
    expect(PROBLEMS).toHaveProperty(code);
    expect(detail).toMatch(/^[A-Z].*\.$/);
  });

  it('is one of the conflicts, unless there is no such video', () => {
    const statuses = Object.entries(OBJECTIONS).map(([objection, { code }]) => [objection, PROBLEMS[code].status]);
    expect(statuses.filter(([, status]) => status !== 409)).toEqual([['not_found', 404]]);
  });
});
