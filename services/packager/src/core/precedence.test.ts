import { describe, expect, it } from 'vitest';
import { composePackage } from './compose.ts';
import { mediaPlaylist } from './playlist.ts';
import { precedence } from './precedence.ts';
import { FOLDER, samplePackage, sampleVideo } from './sample-facts.ts';

const growing = (frames: number[]) =>
  mediaPlaylist(FOLDER, sampleVideo({ frames }), { targetSeconds: 6, type: 'EVENT' });
const ended = (frames: number[]) => mediaPlaylist(FOLDER, sampleVideo({ frames }), { targetSeconds: 6 });

describe('precedence', () => {
  it('writes what is not there and leaves what is the same', () => {
    expect(precedence(null, ended([180]))).toBe('ours');
    expect(precedence(ended([180]), ended([180]))).toBe('same');
  });

  it('replaces a playlist by a longer one, and by its end', () => {
    expect(precedence(growing([180]), growing([180, 180]))).toBe('ours');
    expect(precedence(growing([180, 180]), ended([180, 180]))).toBe('ours');
  });

  it('ends what has grown to its full length, and never opens it again', () => {
    expect(precedence(growing([180, 180, 60]), ended([180, 180, 60]))).toBe('ours');
    expect(precedence(ended([180, 180, 60]), growing([180, 180, 60]))).toBe('theirs');
  });

  it('leaves a playlist alone that holds more segments or has ended', () => {
    expect(precedence(growing([180, 180]), growing([180]))).toBe('theirs');
    expect(precedence(ended([180]), growing([180]))).toBe('theirs');
  });

  it('leaves a master and a manifest with more renditions alone', () => {
    const whole = composePackage(samplePackage());
    const fewer = composePackage(samplePackage({ videos: samplePackage().videos.slice(1) }));
    for (const name of ['master.m3u8', 'manifest.mpd']) {
      const textOf = (documents: typeof whole) => documents.find(({ key }) => key.endsWith(name))?.text ?? '';
      expect(precedence(textOf(whole), textOf(fewer))).toBe('theirs');
      expect(precedence(textOf(fewer), textOf(whole))).toBe('ours');
    }
  });
});
