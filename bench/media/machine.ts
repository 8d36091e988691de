import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { calibrate } from '../calibration.ts';

/** The machine of this moment, for a report: what it is, what was run, how busy it is. */
export function describeMachine(command: string, ffmpeg: string): string {
  const { fsyncs, hashMiB } = calibrate();
  const version = /^ffmpeg version (\S+)/.exec(execFileSync(ffmpeg, ['-version'], { encoding: 'utf8' }))?.[1];
  const parts = [
    `\`${command}\`, ${new Date().toISOString().slice(0, 10)}`,
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    `load ${loadavg()[0]?.toFixed(1)} before it`,
    `SHA-256 ${hashMiB} MiB/s, ${fsyncs} fsyncs/s`,
    `ffmpeg ${version}, Node ${process.versions.node}`,
  ];
  return `${parts.join('; ')}. Footage: real clips, repeated with changes (bench/media/footage.ts).`;
}
