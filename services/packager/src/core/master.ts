import { type AudioGroup, audioGroups, type Combination, combinations } from './audio-groups.ts';
import { averageBandwidth, type Piece, peakBandwidth } from './bandwidth.ts';
import {
  type AudioFacts,
  contentSeconds,
  framesPerSecond,
  isGrowing,
  type PackageFacts,
  shortSide,
  type TrackFacts,
  type VideoFacts,
} from './facts.ts';
import { iframePlaylistKey, iframes, iframeTargetSeconds, masterKey, playlistKey, targetSeconds } from './playlist.ts';
import { relativeUri } from './uri.ts';

/** Bit/s, measured over the segments of a track. */
export interface Rates {
  peak: number;
  average: number;
}

const SUBTITLES_GROUP = 'subtitles';
/** What a player should begin with before it has measured anything (rule 1.32); bit/s. */
const FIRST_LISTED_BANDWIDTH = 2_000_000;
/** Better compression ranks higher where two renditions are equally large. */
const CODEC_RANK = { h264: 0, vp9: 1, hevc: 2, av1: 3 } as const;

/** The multivariant playlist of everything that the facts hold. */
export function masterPlaylist(facts: PackageFacts): string {
  const combined = combinations(facts.videos, audioGroups(facts.audios));
  // A group that no variant plays with (no rendition is that small) would only confuse.
  const groups = [...new Set(combined.flatMap(({ group }) => (group === null ? [] : [group])))];
  const target = targetSeconds([...facts.videos, ...facts.audios]);
  const scores = scoresOf(facts.videos);
  const variants = ordered(combined.map((one) => ({ ...one, rates: variantRates(facts, one, target) })));
  return `${[
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...groups.flatMap((group) => audioTags(facts.folder, group)),
    ...subtitleTags(facts),
    ...variants.flatMap((variant) => variantTags(facts, variant, scores.get(variant.video.id) ?? 1)),
    ...facts.videos.map((video) => iframeTag(facts, video, scores.get(video.id) ?? 1)),
  ].join('\n')}\n`;
}

function piecesOf(facts: TrackFacts): Piece[] {
  return facts.segments.map(({ duration, bytes }) => ({ ticks: duration, bytes }));
}

export function trackRates(facts: TrackFacts, target: number): Rates {
  const pieces = piecesOf(facts);
  const { timescale } = facts.track;
  return { peak: peakBandwidth(pieces, timescale, target), average: averageBandwidth(pieces, timescale) };
}

/**
 * BANDWIDTH is the largest sum of peaks of any way to play the variant (rule 9.13): the picture with the heaviest member
 * of its audio group and the heaviest subtitles.
 */
function variantRates(facts: PackageFacts, { video, group }: Combination, target: number): Rates {
  const picture = announced(facts, trackRates(video, target), video.rendition.peakBitrate);
  const sound = (group?.members ?? []).map((member) =>
    announced(facts, trackRates(member.facts, target), member.facts.audio.bitrate),
  );
  const text = facts.subtitles.map(({ size }) => Math.ceil((size * 8) / contentSeconds(facts)));
  const heaviestText = Math.max(0, ...text);
  return {
    peak: picture.peak + Math.max(0, ...sound.map(({ peak }) => peak)) + heaviestText,
    average: picture.average + Math.max(0, ...sound.map(({ average }) => average)) + heaviestText,
  };
}

/** The peak of a track that grows is not known yet and must not be understated: the encoder was told a limit. */
function announced(facts: PackageFacts, { peak, average }: Rates, limit: number): Rates {
  return { peak: isGrowing(facts) ? Math.max(peak, Math.ceil(limit)) : peak, average };
}

function iframeRates(facts: PackageFacts, video: VideoFacts): Rates {
  const pieces = iframes(video);
  const { timescale } = video.track;
  const rates = {
    peak: peakBandwidth(pieces, timescale, iframeTargetSeconds(video)),
    average: averageBandwidth(pieces, timescale),
  };
  return announced(facts, rates, video.rendition.peakBitrate);
}

interface Variant extends Combination {
  rates: Rates;
}

/** The variant nearest 2 Mbit/s first, then the rest as given; only H.264 may be first, since everything plays it. */
function ordered(variants: readonly Variant[]): Variant[] {
  const distance = ({ rates }: Variant) => Math.abs(rates.average - FIRST_LISTED_BANDWIDTH);
  const stereo = variants.filter(({ group }) => !(group?.members ?? []).some(({ facts }) => facts.audio.channels > 2));
  const h264 = stereo.filter(({ video }) => video.rendition.codec === 'h264');
  const [first] = (h264.length > 0 ? h264 : variants).toSorted((a, b) => distance(a) - distance(b));
  return first === undefined ? [] : [first, ...variants.filter((variant) => variant !== first)];
}

/** 1 for the poorest picture, one more for each better one: by size, then by how well the codec compresses. */
function scoresOf(videos: readonly VideoFacts[]): Map<string, number> {
  const rank = (video: VideoFacts) => shortSide(video) * 10 + CODEC_RANK[video.rendition.codec];
  const sorted = videos.toSorted((a, b) => rank(a) - rank(b));
  return new Map(sorted.map((video, index) => [video.id, index + 1]));
}

function variantTags(facts: PackageFacts, { video, group, rates }: Variant, score: number): string[] {
  const { rendition } = video;
  const audioCodecs = [...new Set((group?.members ?? []).map(({ facts: { audio } }) => audio.codecs))];
  const attributes = [
    `BANDWIDTH=${rates.peak}`,
    `AVERAGE-BANDWIDTH=${rates.average}`,
    `SCORE=${score}.0`,
    `CODECS=${quoted([rendition.codecs, ...audioCodecs].join(','))}`,
    `RESOLUTION=${rendition.width}x${rendition.height}`,
    `FRAME-RATE=${framesPerSecond(rendition.frameRate).toFixed(3)}`,
    // HDR sources are tone-mapped: every rendition is SDR.
    'VIDEO-RANGE=SDR',
    ...(group === null ? [] : [`AUDIO=${quoted(group.id)}`]),
    ...(facts.subtitles.length === 0 ? [] : [`SUBTITLES=${quoted(SUBTITLES_GROUP)}`]),
    'CLOSED-CAPTIONS=NONE',
  ];
  return [
    `#EXT-X-STREAM-INF:${attributes.join(',')}`,
    relativeUri(masterKey(facts.folder), playlistKey(facts.folder, video.id)),
  ];
}

function iframeTag(facts: PackageFacts, video: VideoFacts, score: number): string {
  const { rendition } = video;
  const { peak, average } = iframeRates(facts, video);
  const uri = relativeUri(masterKey(facts.folder), iframePlaylistKey(facts.folder, video.id));
  const attributes = [
    `BANDWIDTH=${peak}`,
    `AVERAGE-BANDWIDTH=${average}`,
    `SCORE=${score}.0`,
    `CODECS=${quoted(rendition.codecs)}`,
    `RESOLUTION=${rendition.width}x${rendition.height}`,
    'VIDEO-RANGE=SDR',
    `URI=${quoted(uri)}`,
  ];
  return `#EXT-X-I-FRAME-STREAM-INF:${attributes.join(',')}`;
}

function audioTags(folder: string, { id, members }: AudioGroup): string[] {
  return members.map(({ facts, name, isDefault }) =>
    mediaTag('AUDIO', id, name, facts.audio.language, isDefault, [
      `CHANNELS=${quoted(String(facts.audio.channels))}`,
      uriOf(folder, facts),
    ]),
  );
}

/** Never the default: captions come on when somebody asks for them, or by the system's own setting. */
function subtitleTags({ folder, subtitles }: PackageFacts): string[] {
  const seen = new Map<string, number>();
  return subtitles.map((subtitle) => {
    const nth = (seen.get(subtitle.label) ?? 0) + 1;
    seen.set(subtitle.label, nth);
    const name = nth === 1 ? subtitle.label : `${subtitle.label} ${nth}`;
    return mediaTag('SUBTITLES', SUBTITLES_GROUP, name, subtitle.language, false, [
      `FORCED=${subtitle.forced === true ? 'YES' : 'NO'}`,
      uriOf(folder, subtitle),
    ]);
  });
}

function uriOf(folder: string, { id }: Pick<AudioFacts, 'id'>): string {
  return `URI=${quoted(relativeUri(masterKey(folder), playlistKey(folder, id)))}`;
}

/** A language nobody named is `und` (BCP 47), because rule 8.10 wants LANGUAGE on every tag. */
function mediaTag(
  type: 'AUDIO' | 'SUBTITLES',
  group: string,
  name: string,
  language: string | null,
  isDefault: boolean,
  rest: readonly string[],
): string {
  const attributes = [
    `TYPE=${type}`,
    `GROUP-ID=${quoted(group)}`,
    `NAME=${quoted(name)}`,
    `LANGUAGE=${quoted(language ?? 'und')}`,
    `DEFAULT=${isDefault ? 'YES' : 'NO'}`,
    'AUTOSELECT=YES',
    ...rest,
  ];
  return `#EXT-X-MEDIA:${attributes.join(',')}`;
}

/**
 * A quoted string of RFC 8216 can hold neither quotes nor line ends, and some parsers take an apostrophe for a quote:
 * labels come from files that people upload.
 */
function quoted(text: string): string {
  return `"${text.replaceAll(/["']/g, '\u2019').replaceAll(/\p{Cc}/gu, ' ')}"`;
}
