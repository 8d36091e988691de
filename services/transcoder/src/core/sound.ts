import type { PlannedAudio, Source } from '@rushes/shared/events';
import { COMMON, FRAGMENTS } from './container.ts';
import { mixTo } from './mix.ts';

/** Samples per second of every audio track. */
const AUDIO_RATE = 48_000;

/**
 * Ogg counts time in a position a page; ffmpeg takes the jumps between badly written ones for a break in the recording and
 * stretches both tracks (eight seconds became a hundred). There its correction is off and sound is counted by samples.
 */
export function isOgg(source: Source): boolean {
  return source.container === 'ogg';
}

/** Seconds by which sound may begin before the picture only because its encoder's delay was written as sound. */
const LONGEST_DELAY = 0.05;

/**
 * Seconds by which picture and sound are moved to the front. MPEG-TS, FLV and WMV have no way to say that the first samples are
 * the encoder's delay (AAC 21 to 46 ms, WMA 43): the picture follows them, falls between two pictures of the grid, and its first
 * one would be shown twice. What is cut off the sound is that delay.
 */
export function leadOf(source: Source): number {
  const { startSeconds } = source.video;
  return startSeconds > 0 && startSeconds <= LONGEST_DELAY && !isOgg(source) ? startSeconds : 0;
}

/** Each stream is decoded once, however many mixes and bit rates are made of it. */
export function audioFilters(source: Source, tracks: readonly PlannedAudio[]): string[] {
  return [...Map.groupBy(tracks, (track) => track.sourceStream)].flatMap(([index, made]) => {
    const stream = source.audio.find((candidate) => candidate.index === index);
    const steps = [
      ...(isOgg(source) ? ['asetpts=N/SR/TB'] : []),
      ...(leadOf(source) === 0 ? [] : [`asetpts=PTS-${leadOf(source)}/TB`]),
      // Fills gaps and a late start with silence, so that time stamps become a plain count of samples.
      `aresample=${AUDIO_RATE}:async=1:first_pts=0`,
    ];
    const mixes = [...Map.groupBy(made, ({ channels }) => channels)].map(([channels, same]) => ({
      // The last frames are silence on purpose: the segmenter repeats the last one up to the video's length.
      steps: [...mixTo(channels, stream), 'apad=pad_dur=1', `asplit=${same.length}`],
      labels: same.map(({ id }) => `[${id}]`).join(''),
      input: `[sound${index}x${channels}]`,
    }));
    const [only] = mixes;
    if (mixes.length === 1 && only !== undefined) {
      return [`[0:${index}]${[...steps, ...only.steps].join(',')}${only.labels}`];
    }
    return [
      `[0:${index}]${[...steps, `asplit=${mixes.length}`].join(',')}${mixes.map(({ input }) => input).join('')}`,
      ...mixes.map((mix) => `${mix.input}${mix.steps.join(',')}${mix.labels}`),
    ];
  });
}

export function audioOptions(audio: PlannedAudio): string[] {
  return [
    ...['-map', `[${audio.id}]`, '-c:a', 'aac', '-b:a', `${audio.bitrate}`, '-flags', '+bitexact'],
    ...COMMON,
    // Microseconds: small enough for the segmenter to cut where it wants.
    ...['-frag_duration', '100000', '-movflags', FRAGMENTS],
  ];
}
