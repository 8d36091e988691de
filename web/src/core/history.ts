/** An event as `/v1/videos/{id}/events` gives it; of its data only what is shown. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly generation: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line of the history. */
export interface Entry {
  readonly id: string;
  /** `transcoded` of `video.transcoded`. */
  readonly verb: string;
  readonly title: string;
  /** What else is worth knowing, or empty. */
  readonly note: string;
  readonly time: string;
  readonly generation: number;
  readonly tier: string | null;
  /** Seconds from the event that this one answers, or null when it answers none. */
  readonly took: number | null;
}

const TITLES: Record<string, string> = {
  requested: 'Registered',
  updated: 'Edited',
  uploaded: 'Uploaded',
  inspected: 'Inspected',
  transcoded: 'Transcoded',
  thumbnailed: 'Thumbnails made',
  packaged: 'Packaged',
  failed: 'Failed',
  expired: 'Upload expired',
  cancelled: 'Cancelled',
  reprocessed: 'Made anew',
  deleted: 'Deleted',
};

const TIERS: Record<string, string> = {
  first: 'the beginning, to watch already',
  standard: 'the whole video',
  extended: 'further codecs',
};

/**
 * The history as lines, oldest first. `took` is measured from the event that a stage reacts to, not from the line above:
 * tiers are made side by side, so neighbours in the log need not belong together.
 */
export function toEntries(events: readonly StoredEvent[]): Entry[] {
  return events.map((event, index) => {
    const verb = verbOf(event);
    const tier = tierOf(event);
    const cause = causeOf(events.slice(0, index), event);
    return {
      id: event.id,
      verb,
      title: TITLES[verb] ?? verb,
      note: noteOf(event, verb, tier),
      time: event.time,
      generation: event.generation,
      tier,
      took: cause === undefined ? null : Math.max(0, (Date.parse(event.time) - Date.parse(cause.time)) / 1000),
    };
  });
}

/** The stages of the contract: which verbs one reacts to, the nearest first. */
const CAUSES: Record<string, readonly string[]> = {
  uploaded: ['requested'],
  inspected: ['uploaded', 'reprocessed'],
  transcoded: ['inspected'],
  thumbnailed: ['transcoded'],
  packaged: ['thumbnailed'],
};

function causeOf(before: readonly StoredEvent[], event: StoredEvent): StoredEvent | undefined {
  const verb = verbOf(event);
  const tier = tierOf(event);
  const same = before.filter(({ generation }) => generation === event.generation);
  if (verb === 'failed') return same.findLast((one) => verbOf(one) !== 'updated');
  if (verb === 'thumbnailed' && tier === null) return undefined;
  // Further codecs are begun when the whole video is packaged, not when it was inspected.
  if (verb === 'transcoded' && tier === 'extended') {
    return same.findLast((one) => verbOf(one) === 'packaged' && tierOf(one) === 'standard');
  }
  const causes = CAUSES[verb] ?? [];
  return same.findLast((one) => causes.includes(verbOf(one)) && (tierOf(one) ?? tier) === tier);
}

function verbOf({ type }: StoredEvent): string {
  return type.replace(/^video\./, '');
}

function tierOf({ data }: StoredEvent): string | null {
  return typeof data.tier === 'string' ? data.tier : null;
}

function noteOf({ data }: StoredEvent, verb: string, tier: string | null): string {
  if (verb === 'failed') return String(data.message ?? '');
  if (verb === 'thumbnailed' && tier === null) return 'another poster';
  if (verb === 'updated') return Object.keys(data).map(fieldName).join(', ');
  if (tier !== null) return TIERS[tier] ?? tier;
  if (verb === 'uploaded' && typeof data.via === 'string')
    return `noticed by ${data.via === 'sqs' ? 'the queue' : `the ${data.via}`}`;
  return typeof data.reason === 'string' ? data.reason : '';
}

function fieldName(field: string): string {
  if (field === 'posterTime') return 'poster';
  return field === 'closesAt' ? 'upload link renewed' : field;
}
