import type { PlannedRendition } from '@rushes/shared/events';

export type Codec = PlannedRendition['codec'];

/** What an encoder is told besides its preset; `maxrate` in bit/s, `bufsize` in bits, null: not capped. */
export interface Quality {
  crf: number;
  maxrate: number | null;
  bufsize: number | null;
}

/**
 * An encoder's options as one would type them: constant quality under a cap, closed GOPs of one length. Written by hand
 * beside the transcoder's own, from which nothing is imported: what is measured must not be its own measure.
 * @param gopFrames pictures from one keyframe to the next
 */
export function encoderOptions(codec: Codec, quality: Quality, gopFrames: number): string[] {
  const { crf, maxrate, bufsize } = quality;
  const cap = maxrate === null ? [] : ['-maxrate', `${maxrate}`, '-bufsize', `${bufsize ?? maxrate * 1.5}`];
  const gop = ['-g', `${gopFrames}`];
  const yuv = ['-pix_fmt', 'yuv420p'];
  switch (codec) {
    case 'h264': {
      const closed = [...gop, '-keyint_min', `${gopFrames}`, '-sc_threshold', '0', '-flags', '+cgop'];
      return ['-c:v', 'libx264', '-preset', 'veryfast', ...yuv, '-crf', `${crf}`, ...cap, ...closed];
    }
    case 'hevc': {
      const closed = `keyint=${gopFrames}:min-keyint=${gopFrames}:scenecut=0:open-gop=0:log-level=error`;
      const name = ['-c:v', 'libx265', '-tag:v', 'hvc1'];
      return [...name, '-preset', 'veryfast', ...yuv, '-crf', `${crf}`, ...cap, '-x265-params', closed];
    }
    case 'av1': {
      // SVT-AV1 takes the cap without a buffer.
      const capped = maxrate === null ? [] : ['-maxrate', `${maxrate}`];
      return ['-c:v', 'libsvtav1', '-preset', '9', ...yuv, '-crf', `${crf}`, ...capped, ...gop];
    }
    case 'vp9': {
      // libvpx: with a bit rate beside the CRF, it is a cap; zero is none.
      const capped = ['-b:v', `${maxrate ?? 0}`];
      const speed = ['-deadline', 'good', '-cpu-used', '5', '-row-mt', '1'];
      const closed = [...gop, '-keyint_min', `${gopFrames}`];
      return ['-c:v', 'libvpx-vp9', ...speed, ...yuv, '-crf', `${crf}`, ...capped, ...closed];
    }
  }
}
