import type { Plan, Tier } from '@rushes/shared/events';

/** What one encode makes: the whole ladder of H.264 with all sound, or the further codecs. */
export type Job = 'standard' | 'extended';

/** The part of a plan that a tier adds. Sound is made once, with the first pictures. */
export function partOf(plan: Plan, tier: Tier): Plan {
  const ids = new Set(plan.tiers.find((planned) => planned.tier === tier)?.renditions ?? []);
  const renditions = plan.renditions.filter(({ id }) => ids.has(id));
  if (renditions.length === 0) throw new Error(`the plan has no renditions of tier ${tier}`);
  return tier === 'extended' ? { ...plan, renditions, audio: [], subtitles: [] } : { ...plan, renditions };
}

/** Whether nothing follows a tier. */
export function isFinal(plan: Plan, tier: Tier): boolean {
  return plan.tiers.at(-1)?.tier === tier;
}
