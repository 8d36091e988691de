import { framesPerSecond, isGrowing, trackSeconds, type VideoFacts } from './facts.ts';
import { allTracks, each, findings, notApplicable, onceWhole, type ReadPackage, type Rule } from './rules.ts';

/** H.264 level 5.2, as the last two hex digits of its codec string say it. */
const HIGHEST_H264_LEVEL = 52;
/** Codec strings that name the sample entries of rule 1.10: parameter sets in the init segment, not in the samples. */
const CODEC_STRINGS = {
  h264: /^avc1\.[0-9a-f]{6}$/i,
  hevc: /^hvc1\./,
  vp9: /^vp09\./,
  av1: /^av01\./,
} as const;
/** Seconds by which sound may end before or after the picture before a viewer can tell. */
const LONGEST_TAIL_SECONDS = 0.25;
/** Segments that a player wants to have before it begins; of a track that grows, so many are there at least. */
export const FIRST_SEGMENTS = 2;
/** Names become part of object keys and references. */
const SAFE_ID = /^[a-z0-9]+(-[a-z0-9]+)*$/i;

type FactsOnly = Pick<ReadPackage, 'facts'>;

function levelOf(codecs: string): number {
  return Number.parseInt(codecs.slice(-2), 16);
}

/** Rules that the facts of the tracks must keep: a playlist cannot be better than what it is made from. */
export const trackRules: readonly Rule<FactsOnly>[] = [
  {
    id: 'facts',
    level: 'must',
    says: 'every track has a safe and unique name, and is complete or, while it grows, has two segments',
    check: (read) => {
      const ids = [...allTracks(read), ...read.facts.subtitles].map(({ id }) => id);
      return findings([
        ...(read.facts.videos.length === 0 ? ['the package has no picture'] : []),
        ...allTracks(read)
          .filter(({ track }) => !track.complete && !isGrowing(read.facts))
          .map(({ id }) => `${id} is not complete`),
        ...allTracks(read)
          .filter(({ segments }) => segments.length < (isGrowing(read.facts) ? FIRST_SEGMENTS : 1))
          .map(({ id, segments }) => `${id} has ${segments.length} segments`),
        ...ids
          .filter((id) => !SAFE_ID.test(id) || id === 'master' || id.endsWith('-iframes'))
          .map((id) => `"${id}" cannot be a name`),
        ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two tracks are called ${id}`),
      ]);
    },
  },
  {
    id: 'facts.folder',
    level: 'must',
    says: 'everything that is named stands in the folder of this generation',
    check: (read) =>
      each(
        [
          ...allTracks(read).flatMap(({ track, segments }) => [track.init.key, ...segments.map(({ key }) => key)]),
          ...read.facts.subtitles.map(({ key }) => key),
        ],
        (key) =>
          key.startsWith(`${read.facts.folder}/segments/`) ? null : `${key} is outside ${read.facts.folder}/segments/`,
      ),
  },
  {
    id: 'facts.rendition',
    level: 'must',
    says: 'the rendition in the event and its facts describe the same track',
    check: (read) =>
      each(read.facts.videos, ({ id, rendition, track }) =>
        track.kind === 'video' &&
        track.codecs === rendition.codecs &&
        track.width === rendition.width &&
        track.height === rendition.height
          ? null
          : `${id} is ${rendition.codecs} ${rendition.width}x${rendition.height} in the event and ${track.codecs} ${track.width}x${track.height} in its facts`,
      ),
  },
  {
    id: '7.3',
    level: 'must',
    says: 'segments follow one another without gap or overlap',
    check: (read) =>
      each(allTracks(read), ({ id, segments }) => {
        const broken = segments.find((segment, index) => {
          const before = segments[index - 1];
          return segment.start !== (before === undefined ? 0 : before.start + before.duration);
        });
        return broken === undefined ? null : `${broken.key} of ${id} does not start where the one before it ends`;
      }),
  },
  {
    id: '7.4',
    level: 'must',
    says: 'each segment starts with a keyframe, and keyframes lie inside their segment',
    check: (read) => each(read.facts.videos, keyframeProblem),
  },
  {
    id: '1.3',
    level: 'must',
    says: 'H.264 is at most High profile, level 5.2',
    check: (read) =>
      each(
        read.facts.videos.filter(({ rendition }) => rendition.codec === 'h264'),
        ({ id, rendition }) =>
          levelOf(rendition.codecs) <= HIGHEST_H264_LEVEL &&
          ['42', '4d', '64'].includes(rendition.codecs.slice(5, 7).toLowerCase())
            ? null
            : `${id} is ${rendition.codecs}`,
      ),
  },
  {
    id: '1.10',
    level: 'must',
    says: 'codec strings name parameter sets in the init segment (avc1, hvc1)',
    check: (read) =>
      each(read.facts.videos, ({ id, rendition }) =>
        CODEC_STRINGS[rendition.codec].test(rendition.codecs) ? null : `${id} is ${rendition.codecs}`,
      ),
  },
  {
    id: '1.19',
    level: 'must',
    says: 'at most 60 frames a second',
    check: (read) =>
      each(read.facts.videos, ({ id, rendition }) =>
        framesPerSecond(rendition.frameRate) <= 60 ? null : `${id} has ${rendition.frameRate}`,
      ),
  },
  {
    id: '1.33',
    level: 'should',
    says: 'all renditions have one aspect ratio',
    check: ({ facts }) => {
      const [first] = facts.videos;
      if (first === undefined) return notApplicable;
      // Sizes are even, so a ratio is off by up to a pixel of each side.
      return each(facts.videos, ({ id, rendition: { width, height } }) =>
        Math.abs((height * first.rendition.width) / first.rendition.height - width) <= 2 + (2 * width) / height
          ? null
          : `${id} is ${width}x${height}`,
      );
    },
  },
  {
    id: '2.3',
    level: 'must',
    says: 'sound is there as stereo (or mono) AAC',
    check: ({ facts }) => {
      if (facts.audios.length === 0) return notApplicable;
      const plain = facts.audios.some(({ audio }) => audio.codecs.startsWith('mp4a.40.') && audio.channels <= 2);
      return findings(plain ? [] : ['no stereo AAC among the audio tracks']);
    },
  },
  {
    id: '2.4',
    level: 'must',
    says: 'no HE-AAC above 64 kbit/s',
    check: ({ facts }) =>
      each(facts.audios, ({ id, audio }) =>
        /^mp4a\.40\.(5|29)$/.test(audio.codecs) && audio.bitrate > 64_000 ? `${id} has ${audio.bitrate} bit/s` : null,
      ),
  },
  ...onceWhole<FactsOnly>([
    {
      id: '8.3',
      level: 'must',
      says: `all tracks last equally long, within ${LONGEST_TAIL_SECONDS} s`,
      check: (read) => durationFinding(read, LONGEST_TAIL_SECONDS),
    },
    {
      id: '8.3.exact',
      level: 'should',
      says: 'all tracks last equally long, within a twentieth of a second',
      check: (read) => durationFinding(read, 0.05),
    },
  ]),
];

export function keyframeProblem({ id, segments }: Pick<VideoFacts, 'id' | 'segments'>): string | null {
  for (const { key, start, duration, bytes, keyframes } of segments) {
    if (keyframes[0]?.time !== start) return `${key} of ${id} does not start with a keyframe`;
    let time = start - 1;
    for (const keyframe of keyframes) {
      if (keyframe.offset + keyframe.bytes > bytes) return `a keyframe of ${key} ends behind the segment`;
      if (keyframe.time <= time || keyframe.time >= start + duration) return `a keyframe of ${key} is out of order`;
      time = keyframe.time;
    }
  }
  return null;
}

function durationFinding(read: FactsOnly, tolerance: number) {
  const tracks = allTracks(read);
  const [first] = tracks;
  if (first === undefined) return notApplicable;
  const wanted = trackSeconds(first);
  return each(tracks, (track) => {
    const seconds = trackSeconds(track);
    return Math.abs(seconds - wanted) <= tolerance
      ? null
      : `${track.id} lasts ${seconds.toFixed(3)} s and ${first.id} ${wanted.toFixed(3)} s`;
  });
}
