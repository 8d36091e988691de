import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What the machine does at this moment, so that numbers of different machines and hours can be held against each other:
 * writes of 4 KiB with fsync a second, and MiB a second of SHA-256 on one core.
 */
export function calibrate(): { fsyncs: number; hashMiB: number } {
  const dir = mkdtempSync(join(tmpdir(), 'rushes-calibration-'));
  try {
    return { fsyncs: Math.round(fsyncsIn(join(dir, 'file'))), hashMiB: Math.round(hashRate()) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const SECONDS = 0.5;

function fsyncsIn(path: string): number {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4_096, 1);
  try {
    return rate(() => {
      writeSync(file, block);
      fsyncSync(file);
    });
  } finally {
    closeSync(file);
  }
}

function hashRate(): number {
  const mebibyte = Buffer.alloc(1_024 ** 2, 1);
  return rate(() => void createHash('sha256').update(mebibyte).digest());
}

/** Rounds a second. */
function rate(round: () => void): number {
  const began = performance.now();
  let rounds = 0;
  while (performance.now() - began < SECONDS * 1_000) {
    round();
    rounds += 1;
  }
  return (rounds / (performance.now() - began)) * 1_000;
}
