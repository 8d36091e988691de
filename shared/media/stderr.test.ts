import { describe, expect, it } from 'vitest';
import { causeOfFailure, parseProgress } from './stderr.ts';

const failed = { code: 1, signal: null };

describe('causeOfFailure', () => {
  const cases: [string, string, string][] = [
    ['no demuxer knows the bytes', '[error] file:/s/source: Invalid data found when processing input', 'not_a_video'],
    [
      'a demuxer is only guessed',
      '[mov,mp4 @ 0x7f] [warning] Format mov,mp4 detected only with low score of 1, misdetection possible!\n[mov,mp4 @ 0x7f] [error] moov atom not found',
      'not_a_video',
    ],
    ['a demuxer is not allowed', "[srt @ 0x7f] [error] Format not on whitelist 'mov,avi'", 'not_a_video'],
    ['a playlist is not allowed', "[concat @ 0x7f] [error] Format not on whitelist 'mov,avi'", 'forbidden_content'],
    ['a file refers to an address', "[error] Protocol 'http' not on whitelist 'file'!", 'forbidden_content'],
    [
      'a Matroska file ends in its header',
      '[matroska,webm @ 0x7f] [error] Duplicate element\n[error] Truncating packet of size 3548 to 3\n[error] file:/s/source: I/O error',
      'corrupt',
    ],
    ['an MP4 lacks its index', '[mov,mp4 @ 0x7f] [error] moov atom not found', 'corrupt'],
    [
      'nothing could be decoded',
      '[h264 @ 0x7f] [error] Error\n[error] Error while decoding: Invalid data found when processing input',
      'corrupt',
    ],
    ['the picture is too large', '[png @ 0x7f] [error] Picture size 12000x12000 is invalid', 'too_large'],
    [
      'there is no decoder',
      '[error] Decoding requested, but no decoder found for: none\nError: Invalid argument',
      'unsupported_codec',
    ],
    ['there is no picture', "[fatal] Stream map '0:V:0' matches no streams.", 'no_video_stream'],
    ['the disk is full', '[error] Error writing trailer: No space left on device', 'disk_full'],
    ['somebody ended it politely', 'Exiting normally, received signal 15.', 'tool_killed'],
    ['the cause is new', '[fatal] The moon is full', 'tool_failed'],
  ];
  it.each(cases)('says when %s', (_title, stderr, code) => {
    expect(causeOfFailure(failed, stderr)).toBe(code);
  });

  it('says tool_killed when a signal ended the tool, whatever stands in stderr', () => {
    expect(causeOfFailure({ code: null, signal: 'SIGKILL' }, '[mov @ 0x1] moov atom not found')).toBe('tool_killed');
  });
});

describe('parseProgress', () => {
  it('reads frames and seconds of a line of -stats', () => {
    const line =
      'frame=  122 fps= 30 q=29.0 size=  41KiB time=01:02:03.50 bitrate=  73.1kbits/s speed=9.22x elapsed=0:00:00.50';
    expect(parseProgress(line)).toEqual({ frames: 122, seconds: 3723.5 });
  });

  it('reads a line of sound alone', () => {
    expect(parseProgress('size= 10KiB time=00:00:02.00 bitrate=N/A speed=1x')).toEqual({ frames: 0, seconds: 2 });
  });

  it('takes a time that is not known yet, and one before zero, as zero', () => {
    expect(parseProgress('frame=0 fps=0 time=N/A bitrate=N/A speed=N/A')).toEqual({ frames: 0, seconds: 0 });
    expect(parseProgress('frame=1 fps=0 time=-00:00:00.02 bitrate=N/A speed=1x')).toEqual({ frames: 1, seconds: 0 });
  });

  it('leaves other lines alone', () => {
    expect(parseProgress('[error] Error opening input file, time=00:00:01.00')).toBeNull();
    expect(parseProgress('')).toBeNull();
  });
});
