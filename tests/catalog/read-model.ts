import { isDeepStrictEqual } from 'node:util';
import { evolve, noVideo, present, type VideoState } from '@rushes/shared/video';
import { knownOf, viewOf } from '../../services/catalog/src/core/document.ts';
import type { World } from './harness.ts';

/** What the whole log folds into, by video: read anew from its first event. */
async function foldLog(world: World): Promise<Map<string, { lastSeq: number; state: VideoState }>> {
  const { state } = await (await world.connection.jetstreamManager()).streams.info('VIDEO');
  const folded = new Map<string, { lastSeq: number; state: VideoState }>();
  const ending = new AbortController();
  if (state.last_seq === 0) return folded;
  for await (const message of world.eventLog.follow({ fromSequence: 1, signal: ending.signal })) {
    const id = message.subject.split('.')[2] ?? '';
    const before = folded.get(id)?.state ?? noVideo;
    const after = message.parsed.kind === 'event' ? evolve(before, message.parsed.event) : before;
    folded.set(id, { lastSeq: message.sequence, state: after });
    if (message.sequence >= state.last_seq) ending.abort();
  }
  return folded;
}

/** Every way in which the served read model is not the fold of the log; empty when it is. */
export async function differencesFromLog(world: World): Promise<string[]> {
  const folded = await foldLog(world);
  const checkpoint = await world.database.checkpoints.findOne({ _id: 'videos' });
  if (checkpoint === null) return ['there is no checkpoint'];
  const differences: string[] = [];
  const missing = new Set([...folded].filter(([, { state }]) => state.status !== 'none').map(([id]) => id));
  for await (const document of world.database.videos(checkpoint.collection).find()) {
    const known = folded.get(document._id);
    missing.delete(document._id);
    if (known === undefined || known.state.status === 'none') differences.push(`${document._id} is in no log`);
    else if (document.lastSeq !== known.lastSeq) differences.push(`${document._id} is at ${document.lastSeq}`);
    else if (!isDeepStrictEqual(asJson(knownOf(document).state), asJson(known.state)))
      differences.push(`the state of ${document._id}`);
    else if (!isDeepStrictEqual(asJson(viewOf(document)), asJson(present(known.state, checkpoint.cdnBaseUrl)))) {
      differences.push(`the view of ${document._id}`);
    }
  }
  return [...differences, ...[...missing].map((id) => `${id} is missing`)];
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
