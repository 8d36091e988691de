/** What is known of the pace of an attempt. */
export interface Pace {
  /** Reports since the oldest that still counts, oldest first. */
  readonly reports: readonly Report[];
  /** What the attempt or its last leap began with. */
  readonly start: Report | null;
  /** Seconds until 100 %; null: not known yet. */
  readonly secondsLeft: number | null;
}

export interface Report {
  /** Milliseconds since 1970. */
  atMs: number;
  /** 0…100, never less than in the report before. */
  percent: number;
}

/** The first points of an attempt are preparation (download, start of the tools), whose pace says nothing about the rest. */
const SETTLING_POINTS = 5;
/** Nothing is said before so many points and so much time have passed since then. */
const MIN_POINTS = 2;
const MIN_MS = 5_000;
/** Then the pace is that of the last so much time, or longer if there were not so many points in it. */
const WINDOW_MS = 20_000;
/** So many points from one report to the next are a leap over what was there already, or of a job that tells steps: no pace. */
const LEAP_POINTS = 10;
/** How much of the difference between what was expected and what is seen now goes into the next estimate. */
const SMOOTHING = 0.2;

/** An attempt that has reported nothing yet. */
export const unknownPace: Pace = { reports: [], start: null, secondsLeft: null };

/**
 * The pace after one more report. An attempt that goes on where another one stopped begins with what that had reached, so
 * only what it does itself counts. Pure.
 */
export function paceAfter(pace: Pace, report: Report): Pace {
  const before = pace.reports.at(-1);
  if (before === undefined || pace.start === null || report.percent - before.percent > LEAP_POINTS) {
    return { reports: [report], start: report, secondsLeft: null };
  }
  if (report.percent - pace.start.percent < SETTLING_POINTS) return { ...pace, reports: [report] };
  const reports = [...pace.reports, report];
  const spans = (ms: number) => (one: Report) =>
    report.percent - one.percent >= MIN_POINTS && report.atMs - one.atMs >= ms;
  const whole = reports.findLastIndex(spans(WINDOW_MS));
  // What lies before a whole window is of no more use.
  const kept = reports.slice(Math.max(0, whole));
  const from = kept.find(spans(MIN_MS));
  if (from === undefined) return { ...pace, reports: kept };
  const seen = ((100 - report.percent) * (report.atMs - from.atMs)) / (report.percent - from.percent) / 1_000;
  const expected = pace.secondsLeft === null ? seen : pace.secondsLeft - (report.atMs - before.atMs) / 1_000;
  return { reports: kept, start: pace.start, secondsLeft: Math.max(0, expected + SMOOTHING * (seen - expected)) };
}
