import { framesPerSecond, isGrowing } from './facts.ts';
import { iframePlaylistKey, masterKey, playlistKey } from './playlist.ts';
import { audioCodecs, eachVariant, keyOf, measured, rateProblem, variants, variantsAndIframes } from './read-master.ts';
import { each, findings, notApplicable, onceWhole, type ReadPackage, type Rule } from './rules.ts';
import { resolveUri } from './uri.ts';

/** Bit/s of the variant for cellular networks (rule 9.21). */
const CELLULAR_BANDWIDTH = 192_000;
/** Rules of the multivariant playlist: what it says against what the media are. */
export const masterRules: readonly Rule[] = [
  {
    id: 'hls.references',
    level: 'must',
    says: 'every playlist that the master names was written',
    check: (read) => {
      const media = variants(read)
        .flatMap(({ audio, subtitles }) => [...audio, ...subtitles])
        .map(({ uri }) => uri);
      const named = [...read.master.variants.map(({ uri }) => uri), ...media];
      return each(named, (uri) =>
        uri !== undefined && read.playlists.has(resolveUri(masterKey(read.facts.folder), uri))
          ? null
          : `${uri} is not there`,
      );
    },
  },
  {
    id: '9.1',
    level: 'must',
    says: 'CODECS names picture and sound of each variant',
    check: (read) =>
      eachVariant(read, (variant, video) => {
        const sound = variant.audio.map((member) => audioCodecs(read, member.uri));
        const wanted = [video.rendition.codecs, ...new Set(sound)].join(',');
        return variant.codecs === wanted ? null : `${variant.uri} says ${variant.codecs} and is ${wanted}`;
      }),
  },
  {
    id: '9.2',
    level: 'must',
    says: 'RESOLUTION is the size of the picture',
    check: (read) =>
      each(variantsAndIframes(read), ({ variant, video }) => {
        const { width, height } = video?.rendition ?? {};
        return variant.resolution?.width === width && variant.resolution?.height === height
          ? null
          : `${variant.uri} is not ${width}x${height}`;
      }),
  },
  {
    id: '9.3',
    level: 'must',
    says: 'every rendition is listed with an I-frame playlist, its codec and its size',
    check: (read) =>
      each(read.facts.videos, (video) => {
        const key = iframePlaylistKey(read.facts.folder, video.id);
        const listed = read.master.variants.find((variant) => variant.isIFrameOnly && keyOf(read, variant) === key);
        return listed?.codecs === video.rendition.codecs ? null : `${video.id} has no entry`;
      }),
  },
  {
    id: '9.9',
    level: 'must',
    says: 'every rendition is a variant',
    check: (read) =>
      each(read.facts.videos, ({ id }) => {
        const key = playlistKey(read.facts.folder, id);
        return variants(read).some((variant) => keyOf(read, variant) === key) ? null : `${id} is not listed`;
      }),
  },
  {
    id: '9.12',
    level: 'must',
    says: 'EXT-X-INDEPENDENT-SEGMENTS is set',
    check: ({ master }) => findings(master.independentSegments ? [] : ['the master lacks it']),
  },
  {
    id: '9.13',
    level: 'must',
    says: 'BANDWIDTH is the largest peak of any way to play the variant',
    check: (read) =>
      eachVariant(read, (variant, video) => {
        const found = measured(read, variant, video, 'peak');
        // Of a picture that grows the limit is announced, and so more than was measured until now.
        if (isGrowing(read.facts) && variant.bandwidth >= found) return null;
        return rateProblem(variant.uri, variant.bandwidth, found);
      }),
  },
  {
    id: '9.14',
    level: 'must',
    says: 'AVERAGE-BANDWIDTH is the average of the same',
    check: (read) =>
      eachVariant(read, (variant, video) =>
        rateProblem(variant.uri, variant.averageBandwidth ?? 0, measured(read, variant, video, 'average')),
      ),
  },
  ...onceWhole<ReadPackage>([
    {
      id: '1.30',
      level: 'should',
      says: 'the peak is at most twice the average',
      check: (read) =>
        each(variants(read), ({ uri, bandwidth, averageBandwidth = 0 }) =>
          bandwidth <= 2 * averageBandwidth ? null : `${uri} has ${bandwidth} for ${averageBandwidth} bit/s`,
        ),
    },
  ]),
  {
    id: '1.32',
    level: 'should',
    says: 'the first variant is the one nearest 2 Mbit/s',
    check: (read) => {
      const [first, ...rest] = variants(read).map(({ averageBandwidth = 0 }) => Math.abs(averageBandwidth - 2_000_000));
      if (first === undefined || rest.length === 0) return notApplicable;
      return findings(rest.every((distance) => distance >= first) ? [] : ['a later one is nearer']);
    },
  },
  {
    id: '9.15',
    level: 'must',
    says: 'FRAME-RATE is that of the picture',
    check: (read) =>
      eachVariant(read, (variant, video) => {
        const wanted = framesPerSecond(video.rendition.frameRate);
        return Math.abs((variant.frameRate ?? 0) - wanted) < 0.001
          ? null
          : `${variant.uri} says ${variant.frameRate} and has ${wanted}`;
      }),
  },
  ...onceWhole<ReadPackage>([
    {
      id: '9.21',
      level: 'should',
      says: 'one variant plays within 192 kbit/s',
      check: (read) => {
        const lowest = Math.min(...variants(read).map(({ bandwidth }) => bandwidth));
        return findings(lowest <= CELLULAR_BANDWIDTH ? [] : [`the lowest has ${lowest} bit/s`]);
      },
    },
  ]),
  {
    id: '8.10',
    level: 'must',
    says: 'EXT-X-MEDIA of sound and subtitles has LANGUAGE',
    check: (read) =>
      each(
        variants(read).flatMap(({ audio, subtitles }) => [...audio, ...subtitles]),
        ({ name, language }) => (language ? null : `"${name}" has none`),
      ),
  },
  {
    id: '9.5',
    level: 'must',
    says: 'sound is in groups of its own, which all have the same members and one default',
    check: (read) => {
      if (read.facts.audios.length === 0) return notApplicable;
      const groups = variants(read).map(({ audio }) => audio);
      const names = new Set(groups.map((members) => members.map(({ name, language }) => `${name} ${language}`).join()));
      return findings([
        ...(names.size === 1 ? [] : ['the groups differ']),
        ...groups
          .filter((members) => members.filter(({ isDefault }) => isDefault).length !== 1)
          .map(() => 'a group has not one default'),
        ...read.facts.audios
          .filter(
            ({ audio }) =>
              !groups.every((group) => group.some(({ language }) => language === (audio.language ?? 'und'))),
          )
          .map(({ id }) => `a group lacks the language of ${id}`),
      ]);
    },
  },
];
