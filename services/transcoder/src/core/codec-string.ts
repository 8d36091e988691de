import { type Box, childBoxes, view } from './boxes.ts';

/** Bytes of a sample entry before its own boxes. */
const VISUAL_ENTRY = 78;
const AUDIO_ENTRY = 28;

/** The codec string of a sample entry, RFC 6381 and the codecs' own bindings to ISO media files. */
export function codecsOf(entry: Box): string {
  switch (entry.type) {
    case 'avc1':
      return avc(configuration(entry, VISUAL_ENTRY, 'avcC'));
    case 'hvc1':
      return hevc(configuration(entry, VISUAL_ENTRY, 'hvcC'));
    case 'vp09':
      return vp9(configuration(entry, VISUAL_ENTRY, 'vpcC'));
    case 'av01':
      return av1(configuration(entry, VISUAL_ENTRY, 'av1C'));
    case 'mp4a':
      return `mp4a.40.${audioObjectType(configuration(entry, AUDIO_ENTRY, 'esds'))}`;
    default:
      throw new Error(`no codec string is known for ${entry.type}`);
  }
}

function configuration(entry: Box, header: number, type: string): Uint8Array {
  const found = childBoxes(entry.body, header).find((box) => box.type === type);
  if (found === undefined) throw new Error(`${entry.type} has no ${type}`);
  return found.body;
}

const hex = (byte: number) => byte.toString(16);
const two = (value: number) => String(value).padStart(2, '0');

/** Profile, constraint flags and level, ISO/IEC 14496-15. */
function avc(avcC: Uint8Array): string {
  return `avc1.${Array.from(avcC.subarray(1, 4), (byte) => hex(byte).padStart(2, '0')).join('')}`;
}

/** ISO/IEC 14496-15, annex E: profile, compatibility flags backwards, tier and level, constraint bytes but for zeros at the end. */
function hevc(hvcC: Uint8Array): string {
  const [, general = 0] = hvcC;
  const space = ['', 'A', 'B', 'C'][general >> 6] ?? '';
  const compatibility = Number.parseInt(
    view(hvcC).getUint32(2).toString(2).padStart(32, '0').split('').reverse().join(''),
    2,
  );
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  return [
    `hvc1.${space}${general & 0x1f}`,
    hex(compatibility),
    `${(general & 0x20) === 0 ? 'L' : 'H'}${hvcC[12] ?? 0}`,
    ...constraints.map(hex),
  ].join('.');
}

/** Profile, level and bit depth, "VP codec ISO media file format binding"; all that is left out has its usual value. */
function vp9(vpcC: Uint8Array): string {
  const [, , , , profile = 0, level = 0, depth = 0] = vpcC;
  return `vp09.${two(profile)}.${two(level)}.${two(depth >> 4)}`;
}

/** Profile, level, tier and bit depth, "AV1 codec ISO media file format binding", section 5. */
function av1(av1C: Uint8Array): string {
  const [, sequence = 0, flags = 0] = av1C;
  const tier = (flags & 0x80) === 0 ? 'M' : 'H';
  const depth = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12;
  return `av01.${sequence >> 5}.${two(sequence & 0x1f)}${tier}.${two(depth)}`;
}

const DECODER_SPECIFIC = 0x05;
const HEADER_BYTES: Record<number, number> = { 3: 3, 4: 13 };

/** First five bits of the AudioSpecificConfig, inside the descriptors of ISO/IEC 14496-1. */
function audioObjectType(esds: Uint8Array): number {
  let at = 4;
  while (at < esds.length) {
    const tag = esds[at] ?? 0;
    at += 1;
    // A length is spread over bytes whose highest bit says that another follows.
    while (((esds[at] ?? 0) & 0x80) !== 0) at += 1;
    at += 1;
    if (tag === DECODER_SPECIFIC) return (esds[at] ?? 0) >> 3;
    const skip = HEADER_BYTES[tag];
    if (skip === undefined) break;
    at += skip;
  }
  throw new Error('esds holds no AudioSpecificConfig');
}
