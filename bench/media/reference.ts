import type { Plan, PlannedAudio, PlannedRendition } from '@rushes/shared/events';
import { encoderOptions } from './encoders.ts';

/** Arguments of one run of ffmpeg, and the files it leaves in the folder it runs in. */
export interface Command {
  args: string[];
  outputs: { id: string; file: string }[];
}

/** Fragmented, one keyframe a fragment, with the edit list that takes the encoder's delay off the sound. */
const FRAGMENTED = ['-movflags', '+frag_keyframe+delay_moov+default_base_moof'];

/**
 * The yardstick: one ffmpeg command that makes what a plan's `standard` tier names, as someone who knows ffmpeg well would
 * write it. One decode, each rendition scaled from the next larger one, sound decoded once. Sizes, qualities, caps and GOPs
 * come from the plan, so that the two cannot drift apart. For sources that need no care: upright, progressive, SDR, square
 * pixels. A rendition that the plan copies is encoded here.
 * @param seconds only the beginning of the source
 */
export function singleCommand(plan: Plan, input: string, seconds?: number): Command {
  const renditions = standardRenditions(plan);
  return command(input, seconds, cascade(renditions, plan), [
    ...renditions.map((rendition) => videoOutput(rendition, plan)),
    ...plan.audio.map(audioOutput),
  ]);
}

/** The usual script: one ffmpeg for each resolution, each of which decodes the source; sound is made by the first. */
export function separateCommands(plan: Plan, input: string): Command[] {
  return standardRenditions(plan).map((rendition, index) =>
    command(input, undefined, cascade([rendition], plan), [
      videoOutput(rendition, plan),
      ...(index === 0 ? plan.audio.map(audioOutput) : []),
    ]),
  );
}

/** As it would be typed in a shell. */
export function inShell(args: readonly string[]): string {
  const quoted = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  return ['ffmpeg', ...quoted]
    .join(' ')
    .replaceAll(' -map ', ' \\\n  -map ')
    .replace(' -filter_complex ', ' \\\n  -filter_complex ');
}

function standardRenditions(plan: Plan): PlannedRendition[] {
  const ids = plan.tiers.find(({ tier }) => tier === 'standard')?.renditions ?? [];
  return plan.renditions
    .filter(({ id }) => ids.includes(id))
    .toSorted((a, b) => b.width * b.height - a.width * a.height);
}

/** Scaled one from the other, at the plan's constant rate. */
function cascade(renditions: readonly PlannedRendition[], plan: Plan): string {
  return renditions
    .map(({ id, width, height }, index) => {
      const [from, rate] = index === 0 ? ['0:v:0', `fps=${plan.frameRate},`] : [`next${index}`, ''];
      const to = index === renditions.length - 1 ? `[${id}]` : `,split=2[${id}][next${index + 1}]`;
      return `[${from}]${rate}scale=${width}:${height},setsar=1${to}`;
    })
    .join(';');
}

interface Output {
  id: string;
  file: string;
  options: string[];
}

function command(input: string, seconds: number | undefined, filter: string, outputs: readonly Output[]): Command {
  return {
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
      ...(seconds === undefined ? [] : ['-t', `${seconds}`]),
      ...['-i', input, '-filter_complex', filter],
      ...outputs.flatMap(({ options, file }) => [...options, file]),
    ],
    outputs: outputs.map(({ id, file }) => ({ id, file })),
  };
}

function videoOutput(rendition: PlannedRendition, plan: Plan): Output {
  const options = encoderOptions(rendition.codec, rendition, plan.gopFrames);
  return {
    id: rendition.id,
    file: `${rendition.id}.mp4`,
    options: ['-map', `[${rendition.id}]`, ...options, ...FRAGMENTED],
  };
}

function audioOutput({ id, sourceStream, channels, bitrate }: PlannedAudio): Output {
  const sound = ['-c:a', 'aac', '-b:a', `${bitrate}`, '-ac', `${channels}`, '-ar', '48000'];
  // Without pictures there are no keyframes to cut at.
  const fragments = ['-frag_duration', '1000000', '-movflags', '+delay_moov+default_base_moof'];
  return { id, file: `${id}.m4a`, options: ['-map', `0:${sourceStream}`, ...sound, ...fragments] };
}
