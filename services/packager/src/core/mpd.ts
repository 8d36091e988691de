import type { SubtitleTrack } from '@rushes/shared/events';
import { addressing, numbering } from './addressing.ts';
import {
  type AudioFacts,
  contentSeconds,
  framesPerSecond,
  isGrowing,
  type PackageFacts,
  trackTicks,
  type VideoFacts,
} from './facts.ts';
import { trackRates } from './master.ts';
import { targetSeconds } from './playlist.ts';
import { microseconds, xmlDuration } from './time.ts';
import { relativeUri } from './uri.ts';
import { element, writeXml, type XmlElement } from './xml.ts';

const PROFILE_LIVE = 'urn:mpeg:dash:profile:isoff-live:2011';
/** The live profile knows no SegmentList. */
const PROFILE_MAIN = 'urn:mpeg:dash:profile:isoff-main:2011';
const CHANNELS_SCHEME = 'urn:mpeg:mpegB:cicp:ChannelConfiguration';
const ROLE_SCHEME = 'urn:mpeg:dash:role:2011';
/** ChannelConfiguration of ISO/IEC 23091-3 is the number of channels up to 5.1; 7.1 is 12. */
const CHANNEL_CONFIGURATIONS: Readonly<Record<number, number>> = { 8: 12 };

export function manifestKey(folder: string): string {
  return `${folder}/dash/manifest.mpd`;
}

/** The length of the content in whole microseconds, exact in the timescale of the longest picture track once that is whole. */
export function contentMicros(facts: PackageFacts): number {
  if (isGrowing(facts)) return Math.round(facts.durationSeconds * 1_000_000);
  return Math.max(...facts.videos.map((video) => microseconds(trackTicks(video), video.track.timescale)));
}

/**
 * The static MPD of the same segments that the playlists name. One AdaptationSet a picture codec, and one for each
 * language and channel count of the sound, so that no player switches between stereo and 5.1 by itself.
 */
export function manifest(facts: PackageFacts): string {
  const target = targetSeconds([...facts.videos, ...facts.audios]);
  const sets = [
    ...grouped(facts.videos, ({ rendition }) => rendition.codec).map((videos) => videoSet(facts, videos, target)),
    ...grouped(facts.audios, audioSetKey).map((audios, index) => audioSet(facts, audios, target, index)),
    ...facts.subtitles.map((subtitle) => textSet(facts, subtitle)),
  ].map((set, index) => ({ ...set, attributes: { id: String(index + 1), ...set.attributes } }));
  const lists = [...facts.videos, ...facts.audios].some((track) => numbering(track) === null);
  const root = element(
    'MPD',
    {
      xmlns: 'urn:mpeg:dash:schema:mpd:2011',
      profiles: lists ? PROFILE_MAIN : PROFILE_LIVE,
      type: 'static',
      mediaPresentationDuration: xmlDuration(contentMicros(facts)),
      minBufferTime: xmlDuration(target * 1_000_000),
    },
    [element('Period', { id: '0', start: 'PT0S' }, sets)],
  );
  return writeXml(root);
}

function audioSetKey({ audio, track }: AudioFacts): string {
  return JSON.stringify([audio.codec, audio.language, audio.channels, track.sampleRate, audio.label]);
}

/** Groups in order of first appearance. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return [...Map.groupBy(items, keyOf).values()];
}

function videoSet(facts: PackageFacts, videos: readonly VideoFacts[], target: number): XmlElement {
  const widest = Math.max(...videos.map(({ rendition }) => rendition.width));
  const highest = Math.max(...videos.map(({ rendition }) => rendition.height));
  const fastest = videos.toSorted(
    (a, b) => framesPerSecond(b.rendition.frameRate) - framesPerSecond(a.rendition.frameRate),
  )[0];
  return element(
    'AdaptationSet',
    {
      contentType: 'video',
      mimeType: 'video/mp4',
      maxWidth: widest,
      maxHeight: highest,
      maxFrameRate: fastest?.rendition.frameRate,
      segmentAlignment: true,
      startWithSAP: 1,
    },
    videos.map((video) =>
      element(
        'Representation',
        {
          id: video.id,
          codecs: video.rendition.codecs,
          bandwidth: trackRates(video, target).peak,
          width: video.rendition.width,
          height: video.rendition.height,
          frameRate: video.rendition.frameRate,
          sar: '1:1',
        },
        [addressing(manifestKey(facts.folder), video)],
      ),
    ),
  );
}

function audioSet(facts: PackageFacts, audios: readonly AudioFacts[], target: number, index: number): XmlElement {
  const [first] = audios;
  const role = audios.some(({ audio }) => audio.default) || index === 0 ? 'main' : 'alternate';
  return element(
    'AdaptationSet',
    {
      contentType: 'audio',
      mimeType: 'audio/mp4',
      lang: first?.audio.language ?? undefined,
      segmentAlignment: true,
      startWithSAP: 1,
    },
    [
      ...labelOf(first?.audio.label ?? ''),
      element('Role', { schemeIdUri: ROLE_SCHEME, value: role }),
      ...audios.map((one) => audioRepresentation(facts, one, target)),
    ],
  );
}

function audioRepresentation(facts: PackageFacts, one: AudioFacts, target: number): XmlElement {
  const { audio, track } = one;
  return element(
    'Representation',
    {
      id: one.id,
      codecs: audio.codecs,
      bandwidth: trackRates(one, target).peak,
      audioSamplingRate: track.sampleRate,
    },
    [
      element('AudioChannelConfiguration', {
        schemeIdUri: CHANNELS_SCHEME,
        value: CHANNEL_CONFIGURATIONS[audio.channels] ?? audio.channels,
      }),
      addressing(manifestKey(facts.folder), one),
    ],
  );
}

/** One whole WebVTT file: segmented raw WebVTT is what few players read. */
function textSet(facts: PackageFacts, subtitle: SubtitleTrack): XmlElement {
  const bandwidth = Math.max(1, Math.ceil((subtitle.size * 8) / contentSeconds(facts)));
  return element('AdaptationSet', { contentType: 'text', mimeType: 'text/vtt', lang: subtitle.language ?? undefined }, [
    ...labelOf(subtitle.label),
    element('Role', { schemeIdUri: ROLE_SCHEME, value: subtitle.forced === true ? 'forced-subtitle' : 'subtitle' }),
    element('Representation', { id: subtitle.id, bandwidth }, [
      element('BaseURL', {}, relativeUri(manifestKey(facts.folder), subtitle.key)),
    ]),
  ]);
}

/** The schema wants it before Role. */
function labelOf(label: string): XmlElement[] {
  return label === '' ? [] : [element('Label', {}, label)];
}
