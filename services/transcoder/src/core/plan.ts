import type { Plan, PlannedRendition, Source } from '@rushes/shared/events';
import type { Codec, Profile } from '@rushes/shared/profiles';
import { GOPS_PER_SEGMENT } from './grid.ts';
import { ladder } from './ladder.ts';
import { h264Level } from './level.ts';
import { planMp4, WITHOUT_MP4 } from './mp4.ts';
import { isTransparent } from './picture.ts';
import { leftOut, planAudio } from './plan-audio.ts';
import { planSubtitles } from './plan-subtitles.ts';
import { formatRate, fps, gopFramesOf, outputRate, parseRate } from './rate.ts';
import { isToneMapped } from './tone-map.ts';

/** Seconds below which a video has no tier `first`: the whole of it is there almost as soon. */
const FIRST_FROM_SECONDS = 30;

/**
 * What to make of a source: the H.264 ladder, which plays while it is made and is whole with tier `standard`, and the
 * profile's further codecs in tier `extended`. Pure: the same source and profile always give the same plan.
 */
export function plan(source: Source, profile: Profile): Plan {
  const rate = outputRate(parseRate(source.video.frameRate) ?? { num: 25, den: 1 });
  const gopFrames = gopFramesOf(rate);
  const renditions = profile.codecs.flatMap((codec) => planRenditions(source, codec, fps(rate), profile));
  const h264 = renditions.filter(({ codec }) => codec === 'h264');
  const audio = planAudio(
    source.audio,
    h264.some(({ low }) => low === true),
  );
  const mp4 = profile.mp4 ? planMp4(h264, audio) : undefined;
  return {
    profile: profile.name,
    frameRate: formatRate(rate),
    gopFrames,
    segmentSeconds: Number(((GOPS_PER_SEGMENT * gopFrames * rate.den) / rate.num).toFixed(6)),
    tiers: tiersOf(source, h264, renditions),
    renditions,
    audio,
    subtitles: planSubtitles(source.subtitles),
    ...(mp4 === undefined ? {} : { mp4 }),
    reasons: [...reasonsOf(source, fps(rate)), ...(mp4 === null ? [WITHOUT_MP4] : [])],
  };
}

function planRenditions(
  { video }: Source,
  codec: Codec,
  framesPerSecond: number,
  { rungs }: Profile,
): PlannedRendition[] {
  const display = { width: video.displayWidth, height: video.displayHeight };
  return ladder(display, framesPerSecond, codec, rungs).map(({ short, low, ...rung }) => ({
    id: `${codec}-${short}`,
    codec,
    ...rung,
    mode: 'encode',
    ...(low ? { low } : {}),
    ...(codec === 'h264' ? { level: h264Level(rung, framesPerSecond) } : {}),
  }));
}

/** H.264 first, since everything plays it; further codecs when it is done and nobody waits. */
function tiersOf(source: Source, h264: readonly PlannedRendition[], all: readonly PlannedRendition[]): Plan['tiers'] {
  const ids = (renditions: readonly PlannedRendition[]) => renditions.map(({ id }) => id);
  const further = all.filter((rendition) => !h264.includes(rendition));
  return [
    ...(source.durationSeconds < FIRST_FROM_SECONDS ? [] : [{ tier: 'first' as const, renditions: ids(h264) }]),
    { tier: 'standard', renditions: ids(h264) },
    ...(further.length === 0 ? [] : [{ tier: 'extended' as const, renditions: ids(further) }]),
  ];
}

function reasonsOf(source: Source, framesPerSecond: number): string[] {
  const { video } = source;
  const skipped = leftOut(source.audio);
  return [
    video.hdr !== null && isToneMapped(source) ? `${HDR_NAMES[video.hdr]} tone-mapped for SDR` : null,
    video.rotation !== 0 ? 'rotation applied' : null,
    video.sampleAspectRatio !== '1:1' ? `pixels of ${video.sampleAspectRatio} made square` : null,
    video.interlaced ? 'deinterlaced' : null,
    isTransparent(video) ? 'transparent parts made black' : null,
    video.variableFrameRate ? 'variable frame rate made constant' : null,
    Math.abs(framesPerSecond / video.fps - 1) > 0.01
      ? `frame rate changed from ${video.fps} to ${round(framesPerSecond)}`
      : null,
    source.audio.length === 0 ? 'no sound' : null,
    skipped > 0 ? `${skipped} further sound tracks of the same languages left out` : null,
  ].filter((reason) => reason !== null);
}

const HDR_NAMES = { pq: 'PQ', hlg: 'HLG', 'dolby-vision': 'Dolby Vision' } as const;

function round(value: number): number {
  return Number(value.toFixed(3));
}
