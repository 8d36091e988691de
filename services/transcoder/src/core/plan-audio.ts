import type { PlannedAudio, SourceAudio } from '@rushes/shared/events';
import { labelOf } from './language.ts';
import { isSurround, SURROUND_CHANNELS } from './mix.ts';

/** bit/s. */
const AUDIO_BITRATE = { stereo: 128_000, mono: 96_000, low: 48_000, surround: 384_000 };

/** Choices of sound that are offered; a film has a handful. */
const MAX_CHOICES = 16;

/** Choices that are offered with all their channels too: an event lists 64 tracks at most, pictures included. */
const MAX_SURROUND = 4;

/** One choice of the listener, made from one stream. */
interface Choice {
  stream: SourceAudio;
  /** Unique among the choices; holds nothing a person typed. */
  suffix: string;
  label: string;
}

/**
 * A stereo (or mono) track a choice, a second one of few bits where the ladder has a rung for the worst lines, and 5.1 as it
 * is where the source has it.
 */
export function planAudio(streams: readonly SourceAudio[], withLow: boolean): PlannedAudio[] {
  const choices = choose(streams);
  const surround = choices.filter(({ stream }) => isSurround(stream)).slice(0, MAX_SURROUND);
  return [
    ...choices.map((choice) =>
      stereo(choice, 'aac', choice.stream.channels === 1 ? AUDIO_BITRATE.mono : AUDIO_BITRATE.stereo),
    ),
    ...(withLow ? choices.map((choice) => stereo(choice, 'aac-low', AUDIO_BITRATE.low)) : []),
    ...surround.map((choice) => ({
      ...track(choice, 'aac-surround', SURROUND_CHANNELS, AUDIO_BITRATE.surround),
      reason:
        choice.stream.channels > SURROUND_CHANNELS
          ? `${choice.stream.layout} mixed down explicitly and kept as an extra track of 5.1`
          : '5.1 mixed down explicitly and kept as an extra track',
    })),
  ];
}

/** How many streams of sound get no track of their own. */
export function leftOut(streams: readonly SourceAudio[]): number {
  return streams.length - choose(streams).length;
}

function stereo(choice: Choice, prefix: string, bitrate: number): PlannedAudio {
  return track(choice, prefix, choice.stream.channels === 1 ? 1 : 2, bitrate);
}

function track({ stream, suffix, label }: Choice, prefix: string, channels: number, bitrate: number): PlannedAudio {
  const { language } = stream;
  const sourceStream = streamIndex(stream);
  return { id: `${prefix}-${suffix}`, codec: 'aac', channels, bitrate, language, label, sourceStream };
}

/**
 * One choice a language: its default stream, else its first that is no comment. Then further streams that say how they differ,
 * by a title of their own or by what they are for. The source's default language comes first.
 */
function choose(streams: readonly SourceAudio[]): Choice[] {
  const ordered = [
    ...streams.filter((stream) => stream.default),
    ...streams.filter((stream) => !stream.default && roleOf(stream) === null),
    ...streams.filter((stream) => !stream.default && roleOf(stream) !== null),
  ];
  const byLanguage = Map.groupBy(ordered, ({ language }) => language);
  const firsts = [...byLanguage.values()].flatMap(([first]) =>
    first === undefined ? [] : [{ stream: first, suffix: suffixOf(first), label: labelOfFirst(first) }],
  );
  const further = [...byLanguage.values()].flatMap((same) =>
    distinct(same).map((stream, index) => ({
      stream,
      suffix: `${suffixOf(stream)}-${index + 2}`,
      label: labelOfFurther(stream),
    })),
  );
  return [...firsts, ...further].slice(0, MAX_CHOICES);
}

/** Streams of one language but for the first, each of which tells what makes it another choice. */
function distinct(same: readonly SourceAudio[]): SourceAudio[] {
  const nameOf = (stream: SourceAudio) => `${roleOf(stream) ?? ''}|${(stream.title ?? '').trim().toLowerCase()}`;
  const seen = new Set(['|', ...same.slice(0, 1).map(nameOf)]);
  return same.slice(1).filter((stream) => {
    const isNew = !seen.has(nameOf(stream));
    seen.add(nameOf(stream));
    return isNew;
  });
}

const ROLE_NAMES = { commentary: 'commentary', description: 'audio description' } as const;

function roleOf({ role }: SourceAudio): keyof typeof ROLE_NAMES | null {
  return role ?? null;
}

function suffixOf({ language }: SourceAudio): string {
  return language ?? 'und';
}

function labelOfFirst(stream: SourceAudio): string {
  if (roleOf(stream) !== null) return labelOfFurther(stream);
  return stream.language === null ? titleOf(stream) || labelOf(null) : labelOf(stream.language);
}

function labelOfFurther(stream: SourceAudio): string {
  const role = roleOf(stream);
  return titleOf(stream) || `${labelOf(stream.language)}${role === null ? '' : ` (${ROLE_NAMES[role]})`}`;
}

function titleOf({ title }: SourceAudio): string {
  return title?.trim() ?? '';
}

/** ffmpeg's index of a stream, which `inspect` keeps beside the fields of the contract. */
function streamIndex(stream: SourceAudio): number {
  if (typeof stream.index === 'number') return stream.index;
  throw new Error('an audio stream of the inspection has no index');
}
