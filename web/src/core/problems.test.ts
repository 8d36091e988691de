import { problemOf } from '@rushes/shared/http/problems';
import { describe, expect, it } from 'vitest';
import { troubleOfAnswer, troubleOfStorage } from './problems.ts';

describe('an answer of the API', () => {
  it('that is a problem document is told in its own words, field by field', () => {
    const problem = problemOf('validation_failed', 'title must not be empty', [
      { path: '/title', message: 'must not be empty' },
    ]);
    expect(troubleOfAnswer(400, 'application/problem+json; charset=utf-8', JSON.stringify(problem))).toEqual({
      title: 'Some fields are wrong',
      detail: 'title must not be empty',
      code: 'validation_failed',
      status: 400,
      fields: { '/title': 'must not be empty' },
    });
  });

  it.each([
    [502, 'text/html', '<h1>Bad gateway</h1>', 'A part of Rushes is not running'],
    [503, 'application/json', '{', 'A part of Rushes is not running'],
    [500, 'application/json', '{"oops":1}', 'Rushes answered with an error (500)'],
    [500, 'application/json', 'null', 'Rushes answered with an error (500)'],
  ])('of status %d with %s that is none is told in ours', (status, type, body, title) => {
    expect(troubleOfAnswer(status, type, body)).toMatchObject({ title, status });
  });
});

describe('an answer of storage', () => {
  const error = (code: string, message: string) =>
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>1</RequestId></Error>`;

  it('with a code that is known says what to do', () => {
    const trouble = troubleOfStorage(403, error('AccessDenied', 'Request has expired'));
    expect(trouble).toMatchObject({ code: 'AccessDenied', detail: expect.stringContaining('a fresh link is made') });
  });

  it('with another code is told in its own words', () => {
    expect(troubleOfStorage(400, error('Odd', 'Something odd.'))).toMatchObject({
      title: 'Storage refused the upload (400)',
      detail: 'Something odd. Try again.',
      code: 'Odd',
    });
  });

  it('without a document still makes a sentence', () => {
    expect(troubleOfStorage(500, '')).toMatchObject({ code: 'http_500', detail: 'No reason was given. Try again.' });
  });

  it('that never came is a broken connection', () => {
    expect(troubleOfStorage(0, '')).toMatchObject({ code: 'network', title: 'The connection to storage broke off' });
  });
});
