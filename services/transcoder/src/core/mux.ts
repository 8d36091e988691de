import { concat } from './boxes.ts';

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const name = Uint8Array.from(type, (letter) => letter.charCodeAt(0));
  return concat([uint32(size), name, ...parts]);
}

function uint32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const data = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    data.setUint32(index * 4, value);
  });
  return bytes;
}

function uint64(value: number): Uint8Array {
  return uint32(Math.floor(value / 2 ** 32), value % 2 ** 32);
}

/** `default-base-is-moof`, default duration, default flags. */
const TFHD_FLAGS = 0x020028;
/** Data offset, sizes. */
const TRUN_FLAGS = 0x000201;
/** A sample that depends on no other. */
const SYNC_SAMPLE = 0x02000000;
const TRACK_ID = 1;

/**
 * Writes one `moof` and `mdat` (ISO/IEC 14496-12) of samples that all last equally long and all are entry points: sound.
 * @param fragment `start` and `sampleDuration` in ticks
 */
export function writeFragment(fragment: {
  sequence: number;
  start: number;
  sampleDuration: number;
  samples: readonly Uint8Array[];
}): Uint8Array {
  const { sequence, start, sampleDuration, samples } = fragment;
  const sizes = uint32(...samples.map((sample) => sample.length));
  const moof = (dataOffset: number) =>
    box(
      'moof',
      box('mfhd', uint32(0, sequence)),
      box(
        'traf',
        box('tfhd', uint32(TFHD_FLAGS, TRACK_ID, sampleDuration, SYNC_SAMPLE)),
        box('tfdt', uint32(0x01000000), uint64(start)),
        box('trun', uint32(TRUN_FLAGS, samples.length, dataOffset), sizes),
      ),
    );
  const mdat = box('mdat', ...samples);
  // The offset counts from the moof's own beginning, so its size must be known first.
  return concat([moof(moof(0).length + 8), mdat]);
}
