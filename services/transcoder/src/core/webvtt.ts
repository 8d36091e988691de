/** One caption. Milliseconds. */
interface Cue {
  start: number;
  end: number;
  settings: string;
  lines: string[];
}

export interface CleanOptions {
  /** Seconds by which picture and sound are moved to the front. */
  leadSeconds: number;
  /** The video's length in seconds. */
  lengthSeconds: number;
  /** UTF-8 bytes of the result; what does not fit is left out at its end. */
  maxBytes: number;
}

export interface CleanText {
  text: string;
  cues: number;
  /** Some were left out because of `maxBytes`. */
  isCut: boolean;
}

/** Captions of segmented HLS count from the same zero as the media: fragmented MP4 begins at 0 (rule 5.3). */
const HEADER = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n';

/** A cue that lasts longer has an end that its container did not say: it stays until the next one. Milliseconds. */
const ENDLESS = 24 * 3600 * 1000;

/**
 * Makes a WebVTT file of ours from what ffmpeg wrote: only cues that are seen, in order, within the video and in time with it;
 * of markup only the tags of WebVTT, since players put the text into a page; nothing that could be taken for a cue of its own.
 */
export function cleanWebvtt(text: string, options: CleanOptions): CleanText {
  const cues = fit(parseCues(text), options);
  const pieces = [HEADER];
  let bytes = HEADER.length;
  for (const cue of cues) {
    const piece = `\n${formatTime(cue.start)} --> ${formatTime(cue.end)}${cue.settings}\n${cue.lines.join('\n')}\n`;
    bytes += new TextEncoder().encode(piece).length;
    if (bytes > options.maxBytes) return { text: pieces.join(''), cues: pieces.length - 1, isCut: true };
    pieces.push(piece);
  }
  return { text: pieces.join(''), cues: cues.length, isCut: false };
}

const TIMING = /^\s*((?:\d+:)?\d{1,2}:\d{2}\.\d{3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}\.\d{3})(.*)$/;

/**
 * ffmpeg writes a line of times, then the text, in which blank lines may stand: what is no line of times belongs to the cue
 * before it.
 */
function parseCues(text: string): Cue[] {
  const cues: Cue[] = [];
  for (const line of text.split(/\r\n|[\n\r]/)) {
    const [, start, end, settings = ''] = TIMING.exec(line) ?? [];
    if (start !== undefined && end !== undefined) {
      cues.push({ start: readTime(start), end: readTime(end), settings: keptSettings(settings), lines: [] });
      continue;
    }
    const clean = cleanLine(line);
    if (clean !== '') cues.at(-1)?.lines.push(clean);
  }
  return cues.filter(({ lines }) => lines.length > 0);
}

function fit(found: readonly Cue[], { leadSeconds, lengthSeconds }: CleanOptions): Cue[] {
  const lead = Math.round(leadSeconds * 1000);
  const length = Math.floor(lengthSeconds * 1000);
  const sorted = found.toSorted((a, b) => a.start - b.start);
  return sorted
    .map((cue, index) => {
      const isEndless = cue.end - cue.start >= ENDLESS;
      const end = isEndless ? (sorted[index + 1]?.start ?? cue.end) : cue.end;
      return { ...cue, start: Math.max(0, cue.start - lead), end: Math.min(length, end - lead) };
    })
    .filter(({ start, end }) => start < end);
}

function readTime(text: string): number {
  const [seconds = 0, minutes = 0, hours = 0] = text.split(':').map(Number).reverse();
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000);
}

function formatTime(milliseconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const rest = String(milliseconds % 1000).padStart(3, '0');
  return `${two(milliseconds / 3_600_000)}:${two((milliseconds / 60_000) % 60)}:${two((milliseconds / 1000) % 60)}.${rest}`;
}

/** Settings whose values need nothing that we do not write: a region would. */
const SETTING =
  /^(?:vertical:(?:rl|lr)|line:-?\d+(?:\.\d+)?%?(?:,(?:start|center|end))?|align:(?:start|center|end|left|right)|size:\d+(?:\.\d+)?%|position:\d+(?:\.\d+)?%(?:,(?:line-left|center|line-right))?)$/;

function keptSettings(text: string): string {
  const kept = text.split(/\s+/).filter((setting) => SETTING.test(setting));
  return kept.map((setting) => ` ${setting}`).join('');
}

/** Tags of WebVTT without its times within a cue, which would not be moved with it; none may end like an arrow. */
const TAG =
  /<\/?(?:b|i|u|c|v|ruby|rt|lang)(?:\.\w+(?:-\w+)*)*(?:[ \t](?:(?!--)[^<>&])*)?>|&(?:amp|lt|gt|lrm|rlm|nbsp|#\d{1,7}|#x[\da-f]{1,6});|[<>&]/gi;
const ESCAPES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** Shapes that were drawn in ASS come as their commands. */
const DRAWING = /^m(?: -?[\d.]+){2}(?: (?:[mnlbspc]|-?[\d.]+))*$/;

function cleanLine(line: string): string {
  const plain = line
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll('\u2028', ' ')
    .trim();
  if (DRAWING.test(plain)) return '';
  const clean = plain.replaceAll(TAG, (found) => ESCAPES[found] ?? found);
  const shown = clean.replaceAll(/<[^>]*>/g, '').trim();
  return shown === '' ? '' : clean;
}
