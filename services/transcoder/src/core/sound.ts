import type { PlannedAudio, Source, SourceAudio } from '@rushes/shared/events';
import { COMMON, FRAGMENTS } from './container.ts';

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

/** Each stream is decoded once and shared by the tracks made from it. */
export function audioFilters(source: Source, tracks: readonly PlannedAudio[]): string[] {
  return [...new Set(tracks.map((track) => track.sourceStream))].map((index) => {
    const stream = source.audio.find((candidate) => candidate.index === index);
    const ids = tracks.filter((track) => track.sourceStream === index).map((track) => `[${track.id}]`);
    const steps = [
      ...(isOgg(source) ? ['asetpts=N/SR/TB'] : []),
      ...(leadOf(source) === 0 ? [] : [`asetpts=PTS-${leadOf(source)}/TB`]),
      // Fills gaps and a late start with silence, so that time stamps become a plain count of samples.
      `aresample=${AUDIO_RATE}:async=1:first_pts=0`,
      ...mix(stream, tracks.find((track) => track.sourceStream === index)?.channels ?? 2),
      // The last frames are silence on purpose: the segmenter repeats the last one up to the video's length.
      'apad=pad_dur=1',
      `asplit=${ids.length}`,
    ];
    return `[0:${index}]${steps.join(',')}${ids.join('')}`;
  });
}

/**
 * Surround sound to stereo by ITU-R BS.775 weights, 3 dB lower so that it does not clip; ffmpeg's own mixing would be
 * 8 dB lower. Layouts we have no weights for are left to it.
 */
const DOWNMIX: Record<string, string> = {
  '5.1': 'pan=stereo|FL=0.707*FL+0.5*FC+0.5*BL|FR=0.707*FR+0.5*FC+0.5*BR',
  '5.1(side)': 'pan=stereo|FL=0.707*FL+0.5*FC+0.5*SL|FR=0.707*FR+0.5*FC+0.5*SR',
  '7.1': 'pan=stereo|FL=0.707*FL+0.5*FC+0.5*SL+0.5*BL|FR=0.707*FR+0.5*FC+0.5*SR+0.5*BR',
};

function mix(stream: SourceAudio | undefined, channels: number): string[] {
  const downmix = channels === 2 ? DOWNMIX[stream?.layout ?? ''] : undefined;
  const layout = channels === 1 ? 'mono' : 'stereo';
  return [...(downmix === undefined ? [] : [downmix]), `aformat=sample_fmts=fltp:channel_layouts=${layout}`];
}

export function audioOptions(audio: PlannedAudio): string[] {
  return [
    ...['-map', `[${audio.id}]`, '-c:a', 'aac', '-b:a', `${audio.bitrate}`, '-flags', '+bitexact'],
    ...COMMON,
    // Microseconds: small enough for the segmenter to cut where it wants.
    ...['-frag_duration', '100000', '-movflags', FRAGMENTS],
  ];
}
