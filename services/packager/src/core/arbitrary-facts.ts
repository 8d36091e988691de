import fc from 'fast-check';
import type { AudioFacts, PackageFacts, VideoFacts } from './facts.ts';
import { FOLDER, sampleAudio, sampleVideo } from './sample-facts.ts';

/** Any package for property tests: any cut, rate and size, but facts that keep their own rules. */
export const arbitraryPackage: fc.Arbitrary<PackageFacts> = fc
  .record({
    frames: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }),
    rungs: fc.uniqueArray(fc.constantFrom(240, 360, 480, 720, 1080, 2160), { minLength: 1 }),
    bitrates: fc.array(fc.integer({ min: 20_000, max: 20_000_000 }), { minLength: 6, maxLength: 6 }),
    timescale: fc.constantFrom(24_000, 25, 30_000, 90_000, 12_800, 10_000_000),
    frameTicks: fc.integer({ min: 1, max: 2_002 }),
    languages: fc.uniqueArray(fc.constantFrom('en', 'fr', 'de', null), { maxLength: 3 }),
    label: fc.string({ maxLength: 12 }),
    hasLow: fc.boolean(),
    hasSurround: fc.boolean(),
  })
  .map(({ frames, rungs, bitrates, timescale, frameTicks, languages, label, hasLow, hasSurround }) => {
    const videos = rungs.map((rung, index) => {
      const video = sampleVideo({
        id: `h264-${rung}`,
        width: 2 * Math.round((rung * 8) / 9),
        height: rung,
        bitrate: bitrates[index] ?? 1_000_000,
        frames,
      });
      // A thousand frames a second at most: shorter ones would be nothing in a playlist's six decimals.
      return rescaled(video, timescale, Math.max(frameTicks, Math.ceil(timescale / 1_000)));
    });
    const lasting = seconds(videos[0]);
    const audio = (id: string, language: string | null, isDefault: boolean, channels: number) =>
      sampleAudio({ id, language, label, isDefault, channels, durations: [Math.max(1, Math.round(lasting * 48_000))] });
    const audios: AudioFacts[] = languages.flatMap((language, index) => [
      audio(`aac-${language ?? 'und'}`, language, index === 0, 2),
      ...(hasLow ? [audio(`aac-low-${language ?? 'und'}`, language, index === 0, 2)] : []),
      ...(hasSurround && index === 0 ? [audio(`aac-surround-${language ?? 'und'}`, language, false, 6)] : []),
    ]);
    return { folder: FOLDER, tier: 'standard', durationSeconds: lasting, videos, audios, subtitles: [] };
  });

function seconds(video: VideoFacts | undefined): number {
  const last = video?.segments.at(-1);
  return last === undefined || video === undefined ? 0 : (last.start + last.duration) / video.track.timescale;
}

/** The same cut in another timescale: a frame lasts `frameTicks` of it. */
function rescaled(video: VideoFacts, timescale: number, frameTicks: number): VideoFacts {
  const ticks = (old: number) => (old / 1001) * frameTicks;
  const segments = video.segments.map((segment) => ({
    ...segment,
    start: ticks(segment.start),
    duration: ticks(segment.duration),
    keyframes: segment.keyframes.map((keyframe) => ({ ...keyframe, time: ticks(keyframe.time) })),
  }));
  return { ...video, segments, track: { ...video.track, timescale, segments } };
}
