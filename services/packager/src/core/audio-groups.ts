import type { AudioFacts, VideoFacts } from './facts.ts';
import { shortSide } from './facts.ts';

/** Audio renditions that a variant can be played with; players pick by language inside a group. */
export interface AudioGroup {
  id: string;
  members: readonly AudioMember[];
}

interface AudioMember {
  facts: AudioFacts;
  /** Unique in its group, as RFC 8216 wants it. */
  name: string;
  isDefault: boolean;
}

/** A picture track with one audio group: what becomes one EXT-X-STREAM-INF. `group` is null where there is no sound. */
export interface Combination {
  video: VideoFacts;
  group: AudioGroup | null;
}

/** Renditions this small play with the low-rate audio, so that one variant stays under 192 kbit/s (rule 9.21). */
const LOW_SHORT_SIDE = 240;

const GROUP_IDS = { main: 'audio', low: 'audio-low', surround: 'audio-surround' } as const;
type Kind = keyof typeof GROUP_IDS;
const KINDS = ['main', 'low', 'surround'] as const satisfies readonly Kind[];

/** The transcoder names the low-rate tracks `<codec>-low[-<language>]`. */
function kindOf({ audio }: AudioFacts): Kind {
  if (audio.channels > 2) return 'surround';
  return /^[a-z0-9]+-low(-|$)/.test(audio.id) ? 'low' : 'main';
}

/** One choice of the listener, such as "English": the tracks that carry it, by kind. */
interface Slot {
  name: string;
  isDefault: boolean;
  tracks: Partial<Record<Kind, AudioFacts>>;
}

/**
 * The audio groups of a package. Groups of one type must have the same members (RFC 8216, 4.3.4.2.1): what a group lacks
 * it borrows from another, so a language is never lost by changing the variant.
 */
export function audioGroups(audios: readonly AudioFacts[]): AudioGroup[] {
  const slots = toSlots(audios);
  const kinds = KINDS.filter((kind) => slots.some(({ tracks }) => tracks[kind] !== undefined));
  return kinds.map((kind) => ({
    id: GROUP_IDS[kind],
    members: slots.flatMap(({ name, isDefault, tracks }) => {
      const facts = tracks[kind] ?? tracks.main ?? tracks.low ?? tracks.surround;
      return facts === undefined ? [] : [{ facts, name, isDefault }];
    }),
  }));
}

/** Tracks of one language and name belong to one choice; the second such track of a kind is a choice of its own. */
function toSlots(audios: readonly AudioFacts[]): Slot[] {
  const slots = new Map<string, Slot>();
  const counts = new Map<string, number>();
  const names = new Map<string, number>();
  for (const kind of KINDS) {
    for (const facts of audios.filter((one) => kindOf(one) === kind)) {
      const choice = `${facts.audio.language} ${facts.audio.label}`;
      const key = `${choice}#${count(counts, `${kind} ${choice}`)}`;
      const slot = slots.get(key) ?? { name: uniqueName(names, facts), isDefault: false, tracks: {} };
      slots.set(key, { ...slot, tracks: { ...slot.tracks, [kind]: facts } });
    }
  }
  return withDefault([...slots.values()]);
}

function uniqueName(names: Map<string, number>, { audio }: AudioFacts): string {
  const label = audio.label === '' ? (audio.language ?? 'Audio') : audio.label;
  const nth = count(names, label);
  return nth === 1 ? label : `${label} ${nth}`;
}

function count(counts: Map<string, number>, key: string): number {
  const next = (counts.get(key) ?? 0) + 1;
  counts.set(key, next);
  return next;
}

/** Exactly one choice is the default: the first that the source marked, else the first. */
function withDefault(slots: readonly Slot[]): Slot[] {
  const marked = slots.findIndex(({ tracks }) => KINDS.some((kind) => tracks[kind]?.audio.default === true));
  return slots.map((slot, index) => ({ ...slot, isDefault: index === Math.max(0, marked) }));
}

/**
 * Which picture plays with which sound: small renditions with the low-rate group, all others with the main one; those
 * with the surround group come last, so that a player that takes the first suitable entry gets stereo.
 */
export function combinations(videos: readonly VideoFacts[], groups: readonly AudioGroup[]): Combination[] {
  const byId = (kind: Kind) => groups.find(({ id }) => id === GROUP_IDS[kind]);
  const [fallback = null] = groups;
  const low = byId('low') ?? fallback;
  const surround = byId('surround');
  const stereo = videos.map((video) => ({ video, group: shortSide(video) <= LOW_SHORT_SIDE ? low : fallback }));
  if (surround === undefined || surround === fallback) return stereo;
  const large = videos.filter((video) => shortSide(video) > LOW_SHORT_SIDE);
  return [...stereo, ...large.map((video) => ({ video, group: surround }))];
}
