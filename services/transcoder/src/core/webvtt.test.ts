import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanWebvtt } from './webvtt.ts';

const options = { leadSeconds: 0, lengthSeconds: 60, maxBytes: 100_000 };
const HEADER = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n';
const clean = (text: string, changes: Partial<typeof options> = {}) =>
  cleanWebvtt(`WEBVTT\n\n${text}`, { ...options, ...changes }).text;
/** The text of a cue's lines behind its times. */
const shown = (line: string) => clean(`00:01.000 --> 00:02.000\n${line}\n`).split('\n').slice(4, -1).join('\n');

describe('cleanWebvtt', () => {
  it('writes cues with hours behind a header that ties them to the media', () => {
    expect(
      clean('00:00.500 --> 00:01.000\nHello\nthere\n\n01:00.000 --> 01:02.000\nlate\n', { lengthSeconds: 61 }),
    ).toBe(`${HEADER}\n00:00:00.500 --> 00:00:01.000\nHello\nthere\n\n00:01:00.000 --> 00:01:01.000\nlate\n`);
  });

  it('moves cues to the front with the picture, and drops what then lies outside the video', () => {
    const text =
      '00:00.010 --> 00:00.020\ntoo early\n\n00:00.020 --> 00:01.000\na\n\n01:10.000 --> 01:11.000\ntoo late\n';
    expect(clean(text, { leadSeconds: 0.0225 })).toBe(`${HEADER}\n00:00:00.000 --> 00:00:00.977\na\n`);
  });

  it('puts cues in order, and drops those that last no time or show nothing', () => {
    const text =
      '00:03.000 --> 00:04.000\nb\n\n00:01.000 --> 00:02.000\na\n\n00:05.000 --> 00:05.000\nc\n\n00:06.000 --> 00:07.000\n \n\n00:08.000 --> 00:09.000\n<i></i>\n';
    expect(clean(text).match(/^\w$/gm)).toEqual(['a', 'b']);
  });

  it('ends a cue of which nobody said when it ends at the next one', () => {
    const text = '00:01.000 --> 1193:02:47.000\na\n\n00:03.000 --> 1193:02:47.000\nb\n';
    expect(clean(text).match(/--> .*/g)).toEqual(['--> 00:00:03.000', '--> 00:01:00.000']);
  });

  it('keeps the settings that it knows', () => {
    const [line] = /^.*-->.*$/m.exec(
      clean('00:01.000 --> 00:02.000 align:start region:x position:10%,line-left line:-1 onload:alert(1)\na\n'),
    ) ?? [''];
    expect(line).toBe('00:00:01.000 --> 00:00:02.000 align:start position:10%,line-left line:-1');
  });

  it.each([
    ['<b>bold</b> <i>it</i> <c.yellow>c</c> <v Anna>hi</v>', '<b>bold</b> <i>it</i> <c.yellow>c</c> <v Anna>hi</v>'],
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['<b onclick="x&y">', '&lt;b onclick="x&amp;y"&gt;'],
    ['<00:00:01.500>word', '&lt;00:00:01.500&gt;word'],
    ['1 < 2 > 0 & AT&T &lt;ok&gt;', '1 &lt; 2 &gt; 0 &amp; AT&amp;T &lt;ok&gt;'],
    ['here --> there', 'here --&gt; there'],
    ['<v --> <b.--> <v a-->', '&lt;v --&gt; &lt;b.--&gt; &lt;v a--&gt;'],
    ['a\0b\u001bc\u2028d', 'a b c d'],
    ['m 0 0 l 100 0 100.5 -20', ''],
    ['m 0 means nothing', 'm 0 means nothing'],
  ])('makes of %j %j', (line, expected) => {
    expect(shown(line)).toBe(expected);
  });

  it('takes lines behind a blank one for the same cue', () => {
    expect(clean('00:01.000 --> 00:02.000\nfirst\n\nsecond\n\nNOTE third\n')).toBe(
      `${HEADER}\n00:00:01.000 --> 00:00:02.000\nfirst\nsecond\nNOTE third\n`,
    );
  });

  it('ends with the last cue that fits', () => {
    const text = Array.from({ length: 50 }, (_, at) => `00:${10 + at}.000 --> 00:${10 + at}.500\nwörds\n`).join('\n');
    const cut = cleanWebvtt(text, { ...options, maxBytes: 1000 });
    expect(cut).toMatchObject({ isCut: true, cues: 24 });
    expect(Buffer.byteLength(cut.text)).toBeLessThanOrEqual(1000);
    expect(cleanWebvtt(text, options)).toMatchObject({ isCut: false, cues: 50 });
  });

  it('writes nothing but cues in order, within the video, whatever it is given', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\n', '\n\n', '\r', '-->', '--', '>', '<v ', '<b.', '<script>', 'NOTE', 'STYLE', '&', 'WEBVTT'),
      fc
        .tuple(fc.nat(200_000), fc.nat(200_000))
        .map(
          (times) =>
            `\n${times.map((time) => `${Math.floor(time / 60_000)}:${((time / 1000) % 60).toFixed(3).padStart(6, '0')}`).join(' --> ')}\n`,
        ),
    );
    const texts = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(texts, fc.double({ min: 0, max: 0.05, noNaN: true }), (text, leadSeconds) => {
        const made = cleanWebvtt(text, { ...options, leadSeconds });
        expect(made.text.startsWith(HEADER)).toBe(true);
        const blocks = made.text
          .slice(HEADER.length)
          .split('\n\n')
          .map((block) => block.trim());
        const cues = blocks.filter((block) => block !== '');
        expect(cues).toHaveLength(made.cues);
        const read = cues.map((cue) => {
          const [times = '', ...lines] = cue.split('\n');
          const [, start, minutes, seconds] = /^00:00:(\d\d\.\d{3}) --> 00:0(\d):(\d\d\.\d{3})/.exec(times) ?? [];
          return { start: Number(start), end: 60 * Number(minutes) + Number(seconds), lines };
        });
        expect(read.map(({ start }) => start)).toEqual(
          read.map(({ start }) => start).toSorted((one, two) => one - two),
        );
        expect(read.every(({ start, end, lines }) => start < end && end <= 60 && lines.length > 0)).toBe(true);
        const lines = read.flatMap((cue) => cue.lines).join('\n');
        expect(lines).not.toContain('-->');
        expect(lines.replaceAll(/<\/?(?:b|i|u|c|v|ruby|rt|lang)\b[^<>]*>/gi, '')).not.toMatch(/[<>]/);
      }),
      { numRuns: 50 },
    );
  });
});
