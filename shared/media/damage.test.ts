import { describe, expect, it } from 'vitest';
import { createDamageCounter } from './damage.ts';

function damageIn(...lines: string[]) {
  const counter = createDamageCounter();
  for (const line of lines) counter.see(line);
  return counter.damage();
}

describe('createDamageCounter', () => {
  it('counts a picture once, however much its decoder says of it', () => {
    expect(
      damageIn(
        '[h264 @ 0x55d0] [error] negative number of zero coeffs at 4 3',
        '[h264 @ 0x55d0] [error] error while decoding MB 4 3',
        '[vist#0:0/h264 @ 0x55d1] [dec:h264 @ 0x55d2] [warning] corrupt decoded frame',
        '[vist#0:0/h264 @ 0x55d1] [dec:h264 @ 0x55d2] [error] Decoding error: Invalid data found when processing input',
      ),
    ).toEqual({ pictures: 2, sounds: 0, container: 0 });
  });

  it('counts sound and the container apart', () => {
    expect(
      damageIn(
        '[aist#0:1/aac @ 0x55d1] [dec:aac @ 0x55d2] [error] Error submitting packet to decoder: Invalid data found when processing input',
        '[in#0/mpegts @ 0x55d1] [warning] Packet corrupt (stream = 0, dts = 90000).',
        '[in#0/mpegts @ 0x55d1] [warning] corrupt input packet in stream 0',
        '[in#0/matroska,webm @ 0x55d1] [error] File ended prematurely',
        '[in#0/mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d1] [error] stream 0, offset 0x1234: partial file',
      ),
    ).toEqual({ pictures: 0, sounds: 1, container: 3 });
  });

  it('counts lines that ffmpeg does not write again', () => {
    const line = '[vist#0:0/mpeg4 @ 0x55d1] [dec:mpeg4 @ 0x55d2] [warning] corrupt decoded frame';
    expect(damageIn(line, '    Last message repeated 3 times').pictures).toBe(4);
    expect(damageIn('[swscaler @ 0x1] [warning] deprecated', '    Last message repeated 3 times').pictures).toBe(0);
  });
});
