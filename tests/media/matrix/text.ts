import { aac, beep, clip, plain, two, words, x264, yuv } from './footage.ts';
import type { Row } from './row.ts';

/** SubRip with a word at each flash. */
const srt = (word: string) =>
  `1\n00:00:00,600 --> 00:00:00,700\n${word}\n\n2\n00:00:01,600 --> 00:00:01,700\n<i>${word}</i> & more\n`;

/** A file of a few bytes as an input. */
const input = (format: string, bytes: Uint8Array) => [
  ...['-f', format, '-i'],
  `data:text/plain;base64,${Buffer.from(bytes).toString('base64')}`,
];
const subrip = (text: string, encoding: BufferEncoding = 'utf8') => input('srt', Buffer.from(text, encoding));

const source = (subtitles: readonly string[], codec: string) => [
  ...clip(),
  ...beep,
  ...subtitles,
  ...two,
  ...words('-map 0 -map 1 -map 2'),
  ...yuv(),
  ...x264,
  ...aac,
  ...words(`-c:s ${codec} -metadata:s:s:0 language=eng`),
];

const begins = [0.6, 1.6];
const english = [{ label: 'English', begins, text: 'Hello\n<i>Hello</i> &amp; more' }];

/** One composition of Blu-ray's bitmap subtitles (PGS) without an object, and its end. */
function bitmap(): Buffer {
  const segment = (type: number, payload: readonly number[]) =>
    Buffer.from([0x50, 0x47, 0, 0, 0xd2, 0xf0, 0, 0, 0, 0, type, 0, payload.length, ...payload]);
  return Buffer.concat([segment(0x16, [1, 64, 0, 180, 0x10, 0, 0, 0x80, 0, 0, 0]), segment(0x80, [])]);
}

export const text: readonly Row[] = [
  {
    ...plain,
    title: 'SubRip of two languages in Matroska',
    quick: true,
    file: 'subrip.mkv',
    make: [
      ...clip(),
      ...beep,
      ...subrip(srt('Hello')),
      ...subrip(srt('Grüße')),
      ...two,
      ...words('-map 0 -map 1 -map 2 -map 3'),
      ...yuv(),
      ...x264,
      ...aac,
      ...words('-c:s srt -metadata:s:s:0 language=eng -metadata:s:s:1 language=ger'),
    ],
    subtitles: [...english, { label: 'German', begins, text: 'Grüße\n<i>Grüße</i> &amp; more' }],
  },
  {
    ...plain,
    title: 'text in MP4',
    quick: true,
    file: 'text.mp4',
    make: source(subrip(srt('Hello')), 'mov_text'),
    subtitles: english,
  },
  {
    ...plain,
    title: 'ASS in Matroska',
    file: 'ass.mkv',
    make: source(subrip(srt('Hello')), 'ass'),
    subtitles: english,
  },
  {
    ...plain,
    title: 'WebVTT in Matroska',
    file: 'webvtt.mkv',
    make: source(subrip(srt('Hello')), 'webvtt'),
    subtitles: english,
  },
  {
    ...plain,
    title: 'text with time stamps that begin at ten seconds',
    file: 'text-late.mkv',
    make: [...source(subrip(srt('Hello')), 'srt'), ...words('-output_ts_offset 10')],
    subtitles: english,
  },
  {
    ...plain,
    title: 'text in MP4 with time stamps that begin at two seconds',
    file: 'text-late.mp4',
    make: [...source(subrip(srt('Hello')), 'mov_text'), ...words('-output_ts_offset 2')],
    subtitles: english,
  },
  {
    ...plain,
    title: 'text of an edit list that cuts the first half second',
    file: 'text-edited.mp4',
    before: [
      { file: 'text-unedited.mp4', make: [...source(subrip(srt('Hello')), 'mov_text'), ...words('-t 2.5 -g 30')] },
    ],
    make: [...words('-ss 0.5 -i'), '{text-unedited.mp4}', ...words('-map 0 -c copy')],
    flashes: [0.1, 1.1],
    psnr: null,
    subtitles: [{ label: 'English', begins: [0.1, 1.1] }],
  },
  {
    ...plain,
    title: 'text that is no UTF-8',
    file: 'latin.mkv',
    make: [
      ...clip(),
      ...beep,
      ...subrip(srt('Grüße'), 'latin1'),
      ...two,
      ...words('-map 0 -map 1 -map 2 -c:s copy'),
      ...yuv(),
      ...x264,
      ...aac,
    ],
    subtitles: [{ label: 'Original', begins, text: 'Grüße\n<i>Grüße</i> &amp; more' }],
  },
  {
    ...plain,
    title: 'text behind the end only',
    file: 'nothing.mkv',
    make: source(subrip('1\n00:01:00,000 --> 00:01:01,000\nlate\n'), 'srt'),
    afterwards: ['subtitles_empty'],
  },
  {
    ...plain,
    title: 'subtitles that are pictures',
    quick: true,
    file: 'bitmap.mkv',
    make: source(input('sup', bitmap()), 'copy'),
    warnings: ['subtitles_unreadable'],
  },
];
