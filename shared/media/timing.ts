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

/** Reads ffprobe's `packet=pts_time,duration_time,flags` as CSV (`N/A` where unknown), in any order of times. */
export function frameTiming(csv: string): FrameTiming {
  const packets = csv.split('\n').flatMap((line) => {
    const [pts, duration, flags = ''] = line.split(',');
    const time = Number(pts);
    if (pts === undefined || pts === '' || !Number.isFinite(time)) return [];
    return [{ time, duration: Number(duration) || 0, key: flags.startsWith('K') }];
  });
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

function distances(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? time));
}
