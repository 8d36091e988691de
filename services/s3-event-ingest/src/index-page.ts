import { entryFor, isSameEntry, type OpenVideo } from '@rushes/shared/open-videos';
import type { Video } from '@rushes/shared/video';
import { type Findings, PAGE, type Pass, type ReconcileDeps } from './reconcile-deps.ts';
import { recordKnown } from './record.ts';
import { lookAfter } from './stuck.ts';
import { eachTolerantly } from './tolerate.ts';

/**
 * One page of the index: an open upload's object is looked at, an open generation is looked after, and what the log says to
 * be closed is dropped.
 * @returns the first sequence of the next page, 0 to begin anew; and how many entries there were
 */
export async function lookAtIndex(
  deps: ReconcileDeps,
  from: number,
  pass: Pass,
): Promise<{ next: number; seen: number }> {
  const { videos, next } = await deps.index.page(from, PAGE);
  await eachTolerantly(deps.log, pass.signal, videos, (open) => lookAt(deps, open, pass.findings));
  return { next: next ?? 0, seen: videos.length };
}

async function lookAt(deps: ReconcileDeps, open: OpenVideo, findings: Findings): Promise<void> {
  const { videoId, entry, revision } = open;
  const history = await deps.eventLog.read(videoId);
  const wanted = entryFor(history.state, entry);
  if (history.state.status === 'none' || wanted === null) {
    // A follower that lags does not know the newest videos; the leader is asked before one is dropped.
    const { state } = await deps.eventLog.read(videoId, { fromLeader: true });
    if (entryFor(state, entry) === null) await deps.index.remove(videoId, revision);
    return;
  }
  let current = revision;
  if (!isSameEntry(wanted, entry)) {
    // Refused: the durable was quicker.
    if (!(await deps.index.put(videoId, wanted, revision))) return;
    current = (await deps.index.get(videoId)).revision;
  }
  if (wanted.kind === 'upload')
    return lookForObject(deps, history.state, history.entries.at(-1)?.traceparent, findings);
  const generation = { video: history.state, history: history.entries, entry: wanted, revision: current };
  const outcome = await lookAfter(deps, generation);
  if (outcome === 'asked') findings.retries += 1;
  if (outcome === 'stalled') findings.stalled += 1;
}

async function lookForObject(
  deps: ReconcileDeps,
  video: Video,
  traceparent: string | undefined,
  findings: Findings,
): Promise<void> {
  const { bucket, key } = video.upload;
  // Nearly always: not worth a span of the video's trace each round.
  if ((await deps.storage.head(bucket, key)) === null) return;
  const verdict = await recordKnown(deps, video, traceparent, { bucket, key }, 'reconciler');
  if (verdict === 'recorded') findings.found += 1;
}
