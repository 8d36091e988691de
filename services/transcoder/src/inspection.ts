import type { InspectedData, Warning } from '@rushes/shared/events';
import { MAX_DURATION_SECONDS, MAX_PIXELS, measureFields, measureTiming, probe } from '@rushes/shared/media';
import { DEFAULT_PROFILE, type Profile } from '@rushes/shared/profiles';
import type { StageContext } from '@rushes/shared/stage';
import { clockMayJump } from './core/clock.ts';
import { inspect, videoStreamOf } from './core/inspect.ts';
import { hidesFields } from './core/picture.ts';
import { plan } from './core/plan.ts';
import { planPassthrough, type Surveyor } from './passthrough.ts';
import type { TranscoderDeps } from './ports.ts';
import { sourceOf } from './source.ts';

/** Seconds from the beginning in which the spacing of pictures is measured. */
const MEASURED_SECONDS = 20;

/**
 * Finds out what a downloaded source is, decides what to make of it, and appends both as `inspected`.
 * @throws Failure that says why the file is refused
 */
export async function inspectSource(
  context: StageContext,
  deps: TranscoderDeps,
  path: string,
  survey: Surveyor,
): Promise<InspectedData> {
  const { size } = sourceOf(context.video);
  const options = { ffprobePath: deps.tools.ffprobePath, signal: context.signal };
  const file = await probe(path, options);
  const announced = file.format.duration;
  const stream = videoStreamOf(file);
  // A recording of a browser does not say how long it is, and a clock that jumps says it wrong: all must be read then.
  const isUnknown = announced === undefined || announced <= 0 || clockMayJump(file, size, MAX_DURATION_SECONDS);
  const interval = isUnknown ? undefined : MEASURED_SECONDS;
  const timing = stream === undefined ? null : await measureTiming(path, interval, options);
  const limits = { maxPixels: MAX_PIXELS, maxDurationSeconds: MAX_DURATION_SECONDS };
  // What is refused by its header is not decoded.
  const isAccepted = inspect(file, timing, size, limits).kind === 'video';
  const fields =
    isAccepted && stream !== undefined && hidesFields(stream)
      ? await measureFields(path, { ffmpegPath: deps.tools.ffmpegPath, signal: context.signal })
      : null;
  const inspection = inspect(file, timing, size, limits, fields);
  if (inspection.kind === 'refused') throw inspection.failure;
  const { source } = inspection;
  const { profile, warnings } = profileFor(context.video.current.profile, deps.profiles);
  const made = plan(source, profile);
  const data: InspectedData = {
    source,
    plan: stream === undefined ? made : await planPassthrough(source, stream, made, survey, context.log),
    warnings: [...inspection.warnings, ...warnings],
  };
  await context.append('inspected', data);
  context.log.info({ source, plan: data.plan }, 'source inspected');
  return data;
}

/** A profile that this worker's file lacks costs nobody a video: it gets the usual one, and is told. */
function profileFor(name: string, profiles: TranscoderDeps['profiles']): { profile: Profile; warnings: Warning[] } {
  const named = profiles.get(name);
  if (named !== undefined) return { profile: named, warnings: [] };
  const profile = profiles.get(DEFAULT_PROFILE);
  if (profile === undefined) throw new Error(`there is no profile ${DEFAULT_PROFILE}`);
  const message = `The profile "${name}" is not known to the transcoder; "${DEFAULT_PROFILE}" was used. Give all workers the same PROFILES_FILE.`;
  return { profile, warnings: [{ code: 'unknown_profile', message }] };
}
