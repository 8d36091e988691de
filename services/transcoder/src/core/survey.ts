import { type AvcConfiguration, avcConfiguration, NAL, nalType, nalUnits, seiTypes } from './avc.ts';
import type { Fragment, Sample } from './fragment.ts';
import type { SourcePictures } from './grid.ts';
import { equal } from './init.ts';
import { fps, frameTicks, type Rate } from './rate.ts';
import { createStreamReader } from './stream.ts';

/** What the pictures of a source are, looked at one by one, without decoding them. */
export interface Survey extends SourcePictures {
  /** Bytes of the slices of each GOP. */
  gopBytes: readonly number[];
  profile: number;
  /** Ten times the level. */
  level: number;
}

/** The pictures cannot be passed on as they are; the message says why, in the words of a plan's reasons. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/**
 * Pictures by which the survey lets decoding run ahead: as many as H.264 allows, so that no time of showing comes before its
 * time of decoding.
 */
export const SURVEY_DELAY = 16;

/** Longer GOPs leave viewers waiting; shorter ones on the whole waste bits in all other renditions. Seconds. */
const LONGEST_GOP = 2.5;
const SHORTEST_MEAN_GOP = 0.9;
/** GOPs that are seen before their mean length counts. */
const GOPS_TO_JUDGE = 50;

/** Share of a picture's duration by which its time may be off the grid. */
const OFF_GRID = 0.25;

/** Messages that change what a picture looks like: frame packing, display orientation, another transfer function. */
const CHANGING_SEI: ReadonlySet<number> = new Set([45, 47, 147]);

/** Units that may stand beside slices. Only slices are passed on. */
const BESIDE_SLICES: ReadonlySet<number> = new Set([
  NAL.sei,
  NAL.sequenceSet,
  NAL.pictureSet,
  NAL.delimiter,
  NAL.filler,
]);

/**
 * Looks at a copy of the source's pictures, in fragments of one GOP and with decoding SURVEY_DELAY pictures ahead, as it
 * comes from ffmpeg. Holds one GOP in memory, and two numbers for each.
 * @throws Unfit from `push` and `end` as soon as something shows that the pictures cannot be passed on
 */
export function createSurvey(rate: Rate): { push(piece: Uint8Array): void; end(): Survey } {
  const reader = createStreamReader();
  const keyframes: number[] = [];
  const gopBytes: number[] = [];
  let configuration: AvcConfiguration | undefined;
  let frames = 0;
  let delay = 0;

  const take = (gop: Fragment, known: AvcConfiguration) => {
    if (gop.samples.length > LONGEST_GOP * fps(rate)) {
      throw new Unfit(`keyframes are more than ${LONGEST_GOP} s apart`);
    }
    const order = shownOrder(gop.samples, frames, rate);
    keyframes.push(frames);
    gopBytes.push(sliceBytes(gop.samples, known));
    delay = Math.max(delay, ...order.map((shown, decoded) => frames + decoded - shown));
    frames += gop.samples.length;
    if (keyframes.length > GOPS_TO_JUDGE) refuseManyKeyframes(keyframes.length, frames, rate);
  };
  return {
    push(piece) {
      for (const item of reader.push(piece)) {
        if (item.kind === 'init') configuration = configurationOf(item.init.bytes);
        else if (configuration !== undefined) take(item.fragment, configuration);
      }
    },
    end() {
      reader.end();
      if (configuration === undefined || frames === 0) throw new Unfit('no pictures were found');
      refuseManyKeyframes(keyframes.length, frames, rate);
      const { profile, level } = configuration;
      return { keyframes, frames, delay, gopBytes, profile, level };
    },
  };
}

function configurationOf(init: Uint8Array): AvcConfiguration {
  const found = avcConfiguration(init);
  if (found === null || found.sequenceSets.length !== 1 || found.pictureSets.length === 0) {
    throw new Unfit('its pictures have not one description that holds for all');
  }
  return found;
}

function refuseManyKeyframes(keyframes: number, frames: number, rate: Rate): void {
  if (frames / fps(rate) < SHORTEST_MEAN_GOP * keyframes) {
    throw new Unfit(`keyframes are less than ${SHORTEST_MEAN_GOP} s apart on average`);
  }
}

/** Numbers of a GOP's pictures in the order of decoding: a permutation of those that follow `before`, the first one first. */
function shownOrder(samples: readonly Sample[], before: number, rate: Rate): number[] {
  const ticks = frameTicks(rate);
  const seen = new Set<number>();
  return samples.map((sample, index) => {
    const exact = before + index - SURVEY_DELAY + sample.delay / ticks;
    const shown = Math.round(exact);
    if (Math.abs(exact - shown) > OFF_GRID) throw new Unfit('its pictures are not evenly spaced');
    if (shown < before || (index === 0 && shown !== before)) throw new Unfit('its GOPs are open or begin late');
    if (shown >= before + samples.length || seen.has(shown)) throw new Unfit('its pictures are not evenly spaced');
    seen.add(shown);
    return shown;
  });
}

/** Bytes of the slices of a GOP of which the first picture, and it alone, depends on no other. */
function sliceBytes(samples: readonly Sample[], known: AvcConfiguration): number {
  return samples.reduce((sum, sample, index) => {
    const units = nalUnits(sample.data, known.lengthBytes);
    if (units === null) throw new Unfit('its pictures are torn');
    const wanted = index === 0 ? NAL.idr : NAL.slice;
    const slices = units.filter((unit) => nalType(unit) === wanted);
    if (slices.length === 0) throw new Unfit('its keyframes are not those that it names');
    for (const unit of units) if (nalType(unit) !== wanted) refuseUnit(unit, known);
    return slices.reduce((bytes, { length }) => bytes + known.lengthBytes + length, sum);
  }, 0);
}

function refuseUnit(unit: Uint8Array, { sequenceSets, pictureSets }: AvcConfiguration): void {
  const type = nalType(unit);
  const isKnown = (sets: readonly Uint8Array[]) => sets.some((set) => equal(set, unit));
  if (type === NAL.slice || type === NAL.idr) throw new Unfit('its keyframes are not those that it names');
  if (!BESIDE_SLICES.has(type)) throw new Unfit('its pictures hold more than slices');
  const isChange =
    (type === NAL.sequenceSet && !isKnown(sequenceSets)) || (type === NAL.pictureSet && !isKnown(pictureSets));
  if (isChange) throw new Unfit('the description of its pictures changes');
  if (type === NAL.sei && seiTypes(unit).some((message) => CHANGING_SEI.has(message))) {
    throw new Unfit('its pictures are to be turned or unpacked');
  }
}
