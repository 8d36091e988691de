import { Failure } from '../errors.ts';
import { INPUT_OPTIONS, TOOL_OPTIONS } from './limits.ts';
import { runTool } from './process.ts';

/** In which order a picture's two fields were taken: upper field first, lower field first; or both at once. */
export type FieldOrder = 'tff' | 'bff' | 'progressive';

/** Pictures looked at: about a second and a half. */
const PICTURES = 40;

/** Pictures that must agree: scenes without motion tell nothing, noise tells something else now and then. */
const ENOUGH = 10;
const AGREED = 0.75;

const TIMEOUT_SECONDS = 30;
const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Looks at the first pictures for the combs of interlaced video, by ffmpeg's `idet`; for files that do not say what they
 * are. null when the pictures do not tell, or cannot be decoded: the encode says why.
 * @throws Failure `tool_killed` when something else killed ffmpeg; the signal's reason when aborted
 */
export async function measureFields(
  path: string,
  options: { ffmpegPath: string; signal?: AbortSignal | undefined },
): Promise<FieldOrder | null> {
  const filter = 'idet,metadata=print:key=lavfi.idet.multiple.current_frame:file=-';
  const result = await runTool(
    options.ffmpegPath,
    [
      ...[...TOOL_OPTIONS, '-nostdin', ...INPUT_OPTIONS, '-i', `file:${path}`, '-map', '0:V:0', '-vf', filter],
      ...['-frames:v', `${PICTURES}`, '-fps_mode', 'passthrough', '-f', 'null', '-'],
    ],
    { timeoutSeconds: TIMEOUT_SECONDS, maxOutputBytes: MAX_OUTPUT_BYTES },
    options.signal,
  );
  if (result.signal !== null && result.stopped === null) {
    throw new Failure('tool_killed', { detail: `ffmpeg was ended by ${result.signal} while it looked for fields` });
  }
  return fieldOrder(result.stdout);
}

/** Reads what `metadata=print` writes of `idet`: `lavfi.idet.multiple.current_frame=tff`, a line a picture. */
export function fieldOrder(printed: string): FieldOrder | null {
  const found = [...printed.matchAll(/\.current_frame=(tff|bff|progressive)\b/g)].map((match) => match[1]);
  const orders: readonly FieldOrder[] = ['tff', 'bff', 'progressive'];
  const count = (order: FieldOrder) => found.filter((name) => name === order).length;
  return orders.find((order) => count(order) >= ENOUGH && count(order) >= AGREED * found.length) ?? null;
}
