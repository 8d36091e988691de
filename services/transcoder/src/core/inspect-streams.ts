import type { Source, SourceAudio, Warning } from '@rushes/shared/events';
import type { ProbedFile, ProbedStream } from '@rushes/shared/media';
import { languageOf } from './language.ts';
import { MAX_SUBTITLES } from './plan-subtitles.ts';

/** Letters of texts taken from the file; the excess is cut. */
export const TEXT_LENGTH = 200;

/** Seconds; times of streams count from there. */
export function containerStart(file: ProbedFile): number {
  return file.format.start_time ?? 0;
}

/** What can be heard. Warns of what cannot be decoded. */
export function audioOf(file: ProbedFile, warnings: Warning[]): SourceAudio[] {
  return file.streams
    .filter((stream) => stream.codec_type === 'audio')
    .flatMap((stream) => {
      const { codec_name: codec, channels, sample_rate: sampleRate } = stream;
      if (codec === undefined || codec === 'unknown' || !channels || !sampleRate) {
        warnings.push({
          code: 'audio_unreadable',
          message: `The sound of stream ${stream.index} cannot be decoded and is left out.`,
        });
        return [];
      }
      return [
        {
          index: stream.index,
          codec,
          channels,
          layout: stream.channel_layout ?? null,
          sampleRate,
          language: languageOf(stream.tags.language),
          title: stream.tags.title?.slice(0, TEXT_LENGTH) ?? null,
          default: stream.disposition.default === 1,
          ...roleOf(stream),
          startSeconds: round((stream.start_time ?? containerStart(file)) - containerStart(file), 6),
        },
      ];
    });
}

/** What a stream of sound is for, where the file says that it is not the film's own. */
function roleOf({ disposition }: ProbedStream): Pick<SourceAudio, 'role'> {
  if (disposition.comment === 1) return { role: 'commentary' };
  return disposition.visual_impaired === 1 || disposition.descriptions === 1 ? { role: 'description' } : {};
}

const TEXT_SUBTITLES = new Set(['subrip', 'srt', 'ass', 'ssa', 'mov_text', 'webvtt', 'text']);

/** What can be read. Warns of pictures of text, and of more than are offered. */
export function subtitlesOf(file: ProbedFile, warnings: Warning[]): Source['subtitles'] {
  const streams = file.streams.filter((stream) => stream.codec_type === 'subtitle');
  const subtitles = streams.map((stream) => ({
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    language: languageOf(stream.tags.language),
    title: stream.tags.title?.slice(0, TEXT_LENGTH) ?? null,
    default: stream.disposition.default === 1,
    text: TEXT_SUBTITLES.has(stream.codec_name ?? ''),
    ...(stream.disposition.forced === 1 ? { forced: true } : {}),
  }));
  const excess = subtitles.filter(({ text }) => text).length - MAX_SUBTITLES;
  if (excess > 0) {
    warnings.push({
      code: 'subtitles_left_out',
      message: `The file holds more than ${MAX_SUBTITLES} tracks of subtitles; the last ${excess} are left out.`,
    });
  }
  for (const { index } of subtitles.filter(({ text }) => !text)) {
    warnings.push({
      code: 'subtitles_unreadable',
      message: `The subtitles of stream ${index} are pictures, not text, and are left out.`,
    });
  }
  return subtitles;
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
