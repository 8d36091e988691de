/** Boxes of ISO base media files (ISO/IEC 14496-12), read without copying. */
export interface Box {
  type: string;
  /** The whole box, header included. */
  bytes: Uint8Array;
  /** What stands behind the header. */
  body: Uint8Array;
}

/** A GOP of 2160p at its highest cap is 9 MB; nothing that ffmpeg writes for us comes near this. */
const MAX_BOX_BYTES = 256 * 1024 * 1024;

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Size and type of the box that starts at `at`; null when its header is not all there. */
function headerAt(bytes: Uint8Array, at: number): { size: number; header: number; type: string } | null {
  if (bytes.length - at < 8) return null;
  const data = view(bytes);
  const size = data.getUint32(at);
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (size !== 1) return { size, header: 8, type };
  if (bytes.length - at < 16) return null;
  return { size: Number(data.getBigUint64(at + 8)), header: 16, type };
}

/** The boxes that fill `bytes` from `start` on. */
export function childBoxes(bytes: Uint8Array, start = 0): Box[] {
  const found: Box[] = [];
  let at = start;
  while (at < bytes.length) {
    const header = headerAt(bytes, at);
    if (header === null || header.size < header.header || at + header.size > bytes.length) {
      throw new Error(`no whole box at byte ${at} of ${bytes.length}`);
    }
    const whole = bytes.subarray(at, at + header.size);
    found.push({ type: header.type, bytes: whole, body: whole.subarray(header.header) });
    at += header.size;
  }
  return found;
}

/** Follows a path of box types downwards, the first of each. */
export function findBox(bytes: Uint8Array, path: readonly string[]): Box | undefined {
  const [type, ...rest] = path;
  const box = childBoxes(bytes).find((candidate) => candidate.type === type);
  return box === undefined || rest.length === 0 ? box : findBox(box.body, rest);
}

/** As `findBox`, for boxes that must be there. */
export function needBox(bytes: Uint8Array, path: readonly string[]): Box {
  const box = findBox(bytes, path);
  if (box === undefined) throw new Error(`box ${path.join('/')} is missing`);
  return box;
}

/** Cuts a stream of bytes, in whatever pieces it comes, into its top-level boxes. */
export function createBoxReader(): { push(piece: Uint8Array): Box[]; end(): void } {
  let pieces: Uint8Array[] = [];
  let length = 0;
  /** Bytes that must be there before it is worth looking again. */
  let wanted = 8;
  return {
    push(piece) {
      pieces.push(piece);
      length += piece.length;
      if (length < wanted) return [];
      const bytes = concat(pieces);
      const { boxes, rest, needs } = takeWhole(bytes);
      pieces = rest.length === 0 ? [] : [rest];
      length = rest.length;
      wanted = needs;
      return boxes;
    },
    end() {
      if (length > 0) throw new Error(`the stream ended within a box: ${length} bytes are left of ${wanted}`);
    },
  };
}

function takeWhole(bytes: Uint8Array): { boxes: Box[]; rest: Uint8Array; needs: number } {
  const boxes: Box[] = [];
  let at = 0;
  for (;;) {
    const header = headerAt(bytes, at);
    if (header === null) return { boxes, rest: bytes.subarray(at), needs: bytes.length - at < 8 ? 8 : 16 };
    if (header.size < header.header || header.size > MAX_BOX_BYTES) {
      throw new Error(`box ${header.type} claims a size of ${header.size} bytes`);
    }
    if (at + header.size > bytes.length) return { boxes, rest: bytes.subarray(at), needs: header.size };
    const whole = bytes.subarray(at, at + header.size);
    boxes.push({ type: header.type, bytes: whole, body: whole.subarray(header.header) });
    at += header.size;
  }
}
