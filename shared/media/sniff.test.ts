import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notAVideoMessage, sniff } from './sniff.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('sniff', () => {
  it.each([
    ['text', 'a plain text,\r\n\twith “quotes”'],
    ['playlist', '#EXTM3U\n#EXTINF:6,\nhttp://127.0.0.1/secret.ts\n'],
    ['playlist', '\uFEFF  #extm3u\n'],
    ['playlist', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
    ['playlist', '<?xml version="1.0"?>\n<MPD type="static">'],
    ['playlist', 'v=0\r\no=- 0 0 IN IP4 127.0.0.1'],
    ['text', '<?xml version="1.0"?><svg/>'],
    ['empty', ''],
  ])('finds %s', (kind, text) => {
    expect(sniff(bytes(text))).toBe(kind);
  });

  it('finds pictures, archives, documents and programs by their first bytes', () => {
    expect(sniff(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10))).toBe('picture');
    expect(sniff(bytes('PK\u0003\u0004….'))).toBe('archive');
    expect(sniff(bytes('%PDF-1.7'))).toBe('document');
    expect(sniff(bytes('\u007fELF'))).toBe('program');
  });

  it('takes a text that is cut within a character for text', () => {
    expect(sniff(bytes('Straße').subarray(0, 5))).toBe('text');
  });

  it('leaves what may be a video to ffprobe', () => {
    expect(sniff(Uint8Array.of(0, 0, 0, 28, 0x66, 0x74, 0x79, 0x70))).toBeNull();
    expect(sniff(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3))).toBeNull();
  });

  it('never takes anything that holds a zero byte for text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (start, at) => {
        const withZero = Uint8Array.from([...start.slice(0, at), 0, ...start.slice(at)]);
        expect(['text', 'playlist', 'empty']).not.toContain(sniff(withZero));
      }),
    );
  });
});

describe('notAVideoMessage', () => {
  it('says what the file is and what to do', () => {
    expect(notAVideoMessage('text')).toBe('The file holds no video: it is text. Upload a video file.');
    expect(notAVideoMessage(null)).toBe('The file holds no video: its format is not one we know. Upload a video file.');
  });
});
