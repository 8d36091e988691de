/** Numbers and times as people read them. All pure: the present and the zone arrive as parameters. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units (1 MB = 1,000,000 bytes), as file managers and S3 consoles show them. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${rounded(value, unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}

/** @param bitsPerSecond as in a rendition's `bitrate` */
export function formatBitrate(bitsPerSecond: number): string {
  if (bitsPerSecond >= 999_500) return `${rounded(bitsPerSecond / 1e6, 1)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** Three digits at most: `4.2`, `42`, `420`. */
function rounded(value: number, decimals: number): string {
  return value >= 99.95 ? String(Math.round(value)) : String(Number(value.toFixed(decimals)));
}

/** A length on a poster: `0:07`, `12:05`, `1:02:03`. Cut, not rounded, as players do it. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** How long something took or will take: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSpan(seconds: number): string {
  const value = Math.max(0, seconds);
  if (value < 9.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined([`${Math.floor(whole / 60)} min`, whole % 60, 's']);
  const minutes = Math.round(whole / 60);
  return joined([`${Math.floor(minutes / 60)} h`, minutes % 60, 'min']);
}

function joined([large, small, unit]: [string, number, string]): string {
  return small === 0 ? large : `${large} ${small} ${unit}`;
}

/** The same as a sentence for a screen reader: `1 hour 2 minutes 3 seconds`. */
export function spokenDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    plural(Math.floor(whole / 3600), 'hour'),
    plural(Math.floor(whole / 60) % 60, 'minute'),
    plural(whole % 60, 'second'),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}

function plural(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `about 2 minutes left`; empty when nobody knows. Rough, so that it does not change with every report. */
export function formatTimeLeft(seconds: number | null | undefined): string {
  if (seconds == null) return '';
  if (seconds < 10) return 'a few seconds left';
  if (seconds <= 50) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  if (seconds < 5400) return `about ${plural(Math.max(1, Math.round(seconds / 60)), 'minute')} left`;
  return `about ${plural(Math.round(seconds / 3600), 'hour')} left`;
}

const AGES = [
  { below: 3600, unit: 60, name: 'minute' },
  { below: 86_400, unit: 3600, name: 'hour' },
  { below: 7 * 86_400, unit: 86_400, name: 'day' },
] as const;

/** How long ago; after a week the date. @param time RFC 3339 */
export function formatAge(time: string, now: Date): string {
  const seconds = (now.getTime() - new Date(time).getTime()) / 1000;
  // A clock that is a little ahead of ours is no news from the future.
  if (seconds < 60) return 'just now';
  for (const { below, unit, name } of AGES) {
    if (seconds < below) return `${plural(Math.floor(seconds / unit), name)} ago`;
  }
  return formatDate(time);
}

/** @param time RFC 3339; shown in the reader's zone */
export function formatDate(time: string, timeZone?: string): string {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone });
}

/** @param time RFC 3339; with milliseconds, since stages may take less than a second */
export function formatInstant(time: string, timeZone?: string): string {
  return new Date(time).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZone,
  });
}

/** `29.97`, `25`. */
export function formatRate(fps: number): string {
  return String(Number(fps.toFixed(2)));
}

const CODECS: Record<string, string> = {
  h264: 'H.264',
  hevc: 'HEVC',
  vp9: 'VP9',
  av1: 'AV1',
  aac: 'AAC',
  opus: 'Opus',
};

/** What the codec is called in print; an unknown one is shown as it is. */
export function codecName(codec: string): string {
  return CODECS[codec] ?? codec;
}

/** The beginning of a longer explanation, for where there is little room. */
export function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
