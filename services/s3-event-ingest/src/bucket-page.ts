import { videoOfSourceKey } from '@rushes/shared/tracks';
import { PAGE, type Pass, type ReconcileDeps } from './reconcile-deps.ts';
import { recordObject } from './record.ts';
import { eachTolerantly } from './tolerate.ts';

/** Only what lies here is ours. */
const PREFIX = 'uploads/';
const MAX_SAID = 10_000;

/**
 * One page of the uploads bucket: an object that its video still waits for is recorded, one that came after its video was
 * called off is removed. What the log has already, which is nearly everything, costs a two-hundredth of a request.
 * @param after the key before the first one
 * @param orphans what no video asked for is reported and kept; `ignore` where another way comes by for that
 * @returns the last key, to go on from; empty at the end
 */
export async function lookAtBucket(
  deps: ReconcileDeps,
  after: string,
  orphans: 'report' | 'ignore',
  { findings, signal }: Pass,
): Promise<string> {
  const keys = await pageOfKeys(deps, after);
  const videoIds = [...new Set(keys.flatMap((key) => videoOfSourceKey(key) ?? []))];
  const verbs = await deps.pages.uploadVerbs(videoIds);
  const report = (key: string) => {
    if (orphans === 'ignore') return;
    findings.orphans += 1;
    if (deps.saidOrphans.has(key)) return;
    if (deps.saidOrphans.size < MAX_SAID) deps.saidOrphans.add(key);
    deps.log.warn({ bucket: deps.bucket, key }, 'an object that no video asked for; it is kept');
  };
  await eachTolerantly(deps.log, signal, keys, async (key) => {
    const videoId = videoOfSourceKey(key);
    if (videoId === null) return report(key);
    const has = (verb: string) => verbs.get(videoId)?.has(verb) ?? false;
    if (has('uploaded') && !has('cancelled') && !has('deleted')) return;
    if (!has('requested')) {
      if (orphans === 'ignore') return;
      const { state } = await deps.eventLog.read(videoId, { fromLeader: true });
      if (state.status === 'none') return report(key);
    }
    const verdict = await recordObject(deps, { bucket: deps.bucket, key }, 'reconciler');
    if (verdict === 'recorded') findings.found += 1;
  });
  return keys.length < PAGE ? '' : (keys.at(-1) ?? '');
}

async function pageOfKeys(deps: ReconcileDeps, after: string): Promise<string[]> {
  const keys: string[] = [];
  const options = after === '' ? {} : { startAfter: after };
  for await (const { key } of deps.storage.list(deps.bucket, PREFIX, options)) {
    keys.push(key);
    if (keys.length === PAGE) break;
  }
  return keys;
}
