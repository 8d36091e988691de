import { type TrackFacts, trackSeconds, trackTicks } from './facts.ts';
import { contentMicros, manifestKey } from './mpd.ts';
import { allTracks, each, findings, type ReadPackage, type Rule } from './rules.ts';
import { factSizes, sizeProblem } from './rules-storage.ts';
import { xmlDuration } from './time.ts';
import { resolveUri } from './uri.ts';
import { descendants, type XmlElement } from './xml.ts';

/** Rules of the DASH manifest, which must describe the same segments as the playlists. */
export const manifestRules: readonly Rule[] = [
  {
    id: 'dash.static',
    level: 'must',
    says: 'the manifest is static and lasts as long as the content',
    check: ({ facts, manifest }) => {
      const { type, mediaPresentationDuration } = manifest?.attributes ?? {};
      const wanted = xmlDuration(contentMicros(facts));
      return findings([
        ...(manifest?.name === 'MPD' && type === 'static' ? [] : ['it is not a static MPD']),
        ...(mediaPresentationDuration === wanted ? [] : [`it lasts ${mediaPresentationDuration} and not ${wanted}`]),
      ]);
    },
  },
  {
    id: 'dash.representations',
    level: 'must',
    says: 'the manifest has a Representation of every track and no other',
    check: (read) => {
      const listed = representations(read).map(({ attributes }) => attributes.id);
      const wanted = [...allTracks(read), ...read.facts.subtitles].map(({ id }) => id);
      return findings(listed.toSorted().join() === wanted.toSorted().join() ? [] : [`it has ${listed.join(', ')}`]);
    },
  },
  {
    id: 'dash.facts',
    level: 'must',
    says: 'size, codec and frame rate of each Representation are those of its track',
    check: (read) =>
      each(read.facts.videos, ({ id, rendition }) => {
        const found = representation(read, id)?.attributes ?? {};
        const same =
          found.codecs === rendition.codecs &&
          found.width === String(rendition.width) &&
          found.height === String(rendition.height) &&
          found.frameRate === rendition.frameRate;
        return same ? null : `${id} is described otherwise`;
      }),
  },
  {
    id: 'dash.timeline',
    level: 'must',
    says: 'each timeline has one entry a segment and adds up to the track in exact ticks',
    check: (read) =>
      each(allTracks(read), (track) => {
        const { count, ticks } = timeline(representation(read, track.id));
        return count === track.segments.length && ticks === trackTicks(track)
          ? null
          : `${track.id} has ${count} segments in ${ticks} ticks, not ${track.segments.length} in ${trackTicks(track)}`;
      }),
  },
  {
    id: 'dash.bandwidth',
    level: 'must',
    says: 'bandwidth is at least the average of the track',
    check: (read) =>
      each(allTracks(read), (track) => {
        const bytes = track.segments.reduce((sum, { key }) => sum + (read.sizes.get(key) ?? 0), 0);
        const said = Number(representation(read, track.id)?.attributes.bandwidth);
        return said >= Math.floor((bytes * 8) / trackSeconds(track)) ? null : `${track.id} says ${said}`;
      }),
  },
  {
    id: 'storage.manifest',
    level: 'must',
    says: 'everything that the manifest names is in storage, as large as the facts say',
    check: (read) => {
      const wanted = factSizes(read.facts);
      const named = allTracks(read).flatMap((track) => addresses(read, track));
      const texts = (read.manifest === null ? [] : descendants(read.manifest, 'BaseURL')).map(({ text }) => text);
      const keys = [...named, ...texts].map((uri) => resolveUri(manifestKey(read.facts.folder), uri));
      return each(keys, (key) => sizeProblem(read.sizes.get(key), wanted.get(key), key));
    },
  },
];

function representations({ manifest }: ReadPackage): XmlElement[] {
  return manifest === null ? [] : descendants(manifest, 'Representation');
}

function representation(read: ReadPackage, id: string): XmlElement | undefined {
  return representations(read).find(({ attributes }) => attributes.id === id);
}

function timeline(found: XmlElement | undefined): { count: number; ticks: number } {
  const entries = found === undefined ? [] : descendants(found, 'S');
  let count = 0;
  let ticks = 0;
  for (const { attributes } of entries) {
    const times = Number(attributes.r ?? 0) + 1;
    count += times;
    ticks += times * Number(attributes.d);
  }
  return { count, ticks };
}

/** Expands a template or reads a list, as a player does. */
function addresses(read: ReadPackage, { id }: TrackFacts): string[] {
  const found = representation(read, id);
  if (found === undefined) return [];
  const template = descendants(found, 'SegmentTemplate')[0]?.attributes;
  if (template === undefined) {
    const init = descendants(found, 'Initialization').map(({ attributes }) => attributes.sourceURL ?? '');
    return [...init, ...descendants(found, 'SegmentURL').map(({ attributes }) => attributes.media ?? '')];
  }
  const first = Number(template.startNumber ?? 1);
  const media = Array.from({ length: timeline(found).count }, (_, index) =>
    (template.media ?? '').replace('$Number%05d$', String(first + index).padStart(5, '0')),
  );
  return [template.initialization ?? '', ...media];
}
