import type { Source, Warning } from '@rushes/shared/events';
import type { Damage } from '@rushes/shared/media';
import { isClocked } from './clock.ts';

/** A video shorter than announced by less than this is rounding, not loss: seconds, and share of its length. */
const LEAST_MISSING = 1;
const LEAST_SHARE = 0.02;

/**
 * What a person should know of a file that was not decoded whole.
 * @param durationSeconds of the video that came out
 */
export function damageWarnings(source: Source, damage: Damage, durationSeconds: number): Warning[] {
  const announced = announcedSeconds(source, damage);
  const missing = announced - durationSeconds;
  const warnings: Warning[] = [];
  if (missing > Math.max(LEAST_MISSING, announced * LEAST_SHARE)) {
    const message = `Only ${round(durationSeconds)} s of the ${round(announced)} s that the file announces could be read; the rest is missing or damaged.`;
    warnings.push({ code: 'incomplete', message });
  }
  const parts = [counted(damage.pictures, 'picture'), counted(damage.sounds, 'piece', ' of sound')].filter(
    (part) => part !== null,
  );
  if (parts.length > 0) {
    const message = `Parts of the file are damaged: ${parts.join(' and ')} could not be decoded without errors.`;
    warnings.push({ code: 'damaged', message });
  } else if (damage.container > 0 && warnings.length === 0) {
    warnings.push({ code: 'damaged', message: 'Parts of the file are damaged and could not be read.' });
  }
  return warnings;
}

/** Of several runs over one file, each of which may read another part of it; what two of them have met counts once. */
export function worstOf(one: Damage, other: Damage): Damage {
  return {
    pictures: Math.max(one.pictures, other.pictures),
    sounds: Math.max(one.sounds, other.sounds),
    container: Math.max(one.container, other.container),
  };
}

/**
 * The file's length may be that of its sound, which outlasts many a picture. So where it does not say how long its picture is,
 * only a file that broke off is taken at its word. Where the length was guessed from a clock, nothing was announced.
 */
function announcedSeconds(source: Source, damage: Damage): number {
  const { durationSeconds, video, audio } = source;
  if (isClocked(source)) return 0;
  if (typeof video.durationSeconds === 'number') return Math.min(durationSeconds, video.durationSeconds);
  return audio.length === 0 || damage.container > 0 ? durationSeconds : 0;
}

function counted(count: number, noun: string, more = ''): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? '' : 's'}${more}`;
}

function round(seconds: number): number {
  return Number(seconds.toFixed(seconds < 10 ? 1 : 0));
}
