import { describe, expect, it } from 'vitest';
import { foldVersionOf, MIXED, readFoldVersion, versionAfter } from './fold-version.ts';

const files = [
  { name: 'evolve.ts', text: 'export const one = 1;' },
  { name: 'rules.ts', text: 'export const two = 2;' },
];

describe('foldVersionOf', () => {
  it('is the same for the same files in any order', () => {
    expect(foldVersionOf(files.toReversed())).toBe(foldVersionOf(files));
  });

  it('is another one when a file changes, gets another name or joins', () => {
    const versions = [
      files,
      [files[0], { name: 'rules.ts', text: 'export const two = 3;' }],
      [files[0], { name: 'laws.ts', text: 'export const two = 2;' }],
      [...files, { name: 'words.ts', text: '' }],
    ].map((some) => foldVersionOf(some.filter((file) => file !== undefined)));
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe('readFoldVersion', () => {
  it('finds the source of this version, and the same one each time', async () => {
    const version = await readFoldVersion();
    expect(version).toMatch(/^[0-9a-f]{16}$/);
    expect(version).not.toBe(foldVersionOf([]));
    expect(await readFoldVersion()).toBe(version);
  });
});

describe('versionAfter', () => {
  it('stays what it was while one version writes, and is mixed from the moment another one does', () => {
    expect(versionAfter('a', 'a')).toBe('a');
    expect(versionAfter('a', 'b')).toBe(MIXED);
    expect(versionAfter(MIXED, 'b')).toBe(MIXED);
    expect(versionAfter(undefined, 'b')).toBe(MIXED);
  });
});
