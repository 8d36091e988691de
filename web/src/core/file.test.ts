import { createVideoSchema, LIMITS } from '@rushes/shared/http/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contentTypeOf,
  LARGEST_FILE,
  objectionToFile,
  parseTags,
  shortFilename,
  TEXT_LIMITS,
  titleFromFilename,
} from './file.ts';

describe('the limits of the form', () => {
  it('are those of the API', () => {
    const { title, description, tags, tag, filename } = LIMITS;
    expect(TEXT_LIMITS).toEqual({ title, description, tags, tag, filename });
    expect(LARGEST_FILE).toBe(LIMITS.singlePutBytes);
  });
});

describe('titleFromFilename', () => {
  it.each([
    ['VID_2019-12-20.final.mp4', 'VID 2019-12-20.final'],
    ['IMG 0042.MOV', 'IMG 0042'],
    ['no ending', 'no ending'],
    ['.mp4', '.mp4'],
    ['___.mkv', '___.mkv'],
  ])('makes of %j %j', (name, title) => expect(titleFromFilename(name)).toBe(title));
});

describe('contentTypeOf', () => {
  it.each([
    [{ name: 'a.mp4', type: 'video/mp4' }, 'video/mp4'],
    [{ name: 'a.webm', type: 'video/webm;codecs=vp9' }, 'video/webm'],
    [{ name: 'A.MKV', type: '' }, 'video/x-matroska'],
    [{ name: 'a.ogg', type: 'application/ogg' }, 'video/ogg'],
    [{ name: 'notes.txt', type: 'text/plain' }, 'application/octet-stream'],
    [{ name: 'none', type: '' }, 'application/octet-stream'],
  ])('of %j is %s', (file, type) => expect(contentTypeOf(file)).toBe(type));
});

describe('any file that is not objected to', () => {
  it('is accepted by the API, whatever it is called', () => {
    const anyFile = fc.record({
      name: fc.string({ minLength: 1, maxLength: 400, unit: 'grapheme' }).filter((name) => name.trim() !== ''),
      type: fc.oneof(fc.constantFrom('video/mp4', 'video/', 'text/html', ''), fc.string()),
      size: fc.integer({ min: 0, max: 2 * LARGEST_FILE }),
    });
    fc.assert(
      fc.property(anyFile, (file) => {
        fc.pre(objectionToFile(file) === null && file.name.isWellFormed() && !file.name.includes('\0'));
        const filename = shortFilename(file.name);
        fc.pre(filename.isWellFormed() && titleFromFilename(file.name).trim() !== '');
        const title = titleFromFilename(file.name);
        fc.pre(title.isWellFormed());
        const body = { title, filename, contentType: contentTypeOf(file), size: file.size };
        expect(createVideoSchema.safeParse(body).error).toBeUndefined();
      }),
    );
  });

  it.each([
    [0, /empty/],
    [LARGEST_FILE + 1, /larger than 5 GiB/],
  ])('has not %d bytes', (size, words) => expect(objectionToFile({ name: 'a', size })).toMatch(words));
});

describe('parseTags', () => {
  it('takes them apart at commas, without blanks and doubles', () => {
    expect(parseTags(' sea, day 1,, sea ,')).toEqual(['sea', 'day 1']);
  });

  it('keeps to what the API takes', () => {
    const typed = Array.from({ length: 30 }, (_, index) => `${index}${'x'.repeat(80)}`).join(',');
    const tags = parseTags(typed);
    expect(tags).toHaveLength(20);
    expect(Math.max(...tags.map(({ length }) => length))).toBe(50);
  });
});
