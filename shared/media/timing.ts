/** How a video stream's pictures are spaced, measured from its packets. Seconds. */
export interface FrameTiming {
  packets: number;
  /** The usual distance between two pictures; null with fewer than two. */
  medianStep: number | null;
  /** Share (0…1) of distances that differ from the median by more than half of it. */
  unevenShare: number;
  /** Longest distance between keyframes, from the first of them; null with fewer than two. */
  gopSeconds: number | null;
  /** Presentation time of the last picture's end. */
  end: number | null;
}

/**
 * Reads ffprobe's `packet=pts_time,duration_time,flags` as CSV (`N/A` where unknown), in any order of times. A stream without a
 * container has no times at all: there each packet follows the one before it.
 */
export function frameTiming(csv: string): FrameTiming {
  const lines = csv.split('\n').flatMap((line) => {
    const [pts, duration, flags = ''] = line.split(',');
    if (pts === undefined || pts === '') return [];
    return [{ time: Number(pts), duration: Number(duration) || 0, key: flags.startsWith('K') }];
  });
  const timed = lines.filter(({ time }) => Number.isFinite(time));
  const packets = timed.length > 0 ? timed : oneAfterTheOther(lines);
  packets.sort((a, b) => a.time - b.time);
  const steps = distances(packets.map((packet) => packet.time)).filter((step) => step > 0);
  const sorted = steps.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? null;
  const keys = packets.filter((packet) => packet.key).map((packet) => packet.time);
  const last = packets.at(-1);
  return {
    packets: packets.length,
    medianStep: median,
    unevenShare:
      median === null ? 0 : steps.filter((step) => Math.abs(step - median) > median / 2).length / steps.length,
    gopSeconds: keys.length < 2 ? null : Math.max(...distances(keys)),
    end: last === undefined ? null : last.time + (last.duration || (median ?? 0)),
  };
}

function oneAfterTheOther<T extends { duration: number }>(lines: readonly T[]): (T & { time: number })[] {
  let end = 0;
  return lines.flatMap((line) => {
    const time = end;
    end += line.duration;
    return line.duration > 0 ? [{ ...line, time }] : [];
  });
}

function distances(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? time));
}
