import { claimSchema } from '@rushes/shared/claims';
import { parseJson } from '@rushes/shared/json';
import type { Log } from '@rushes/shared/log';
import { isOpen, openJobs } from '@rushes/shared/video';
import type { JetStreamClient, KV } from 'nats';
import { isHeld } from './claims.ts';

export interface AskAgainDeps {
  /** As `admin`. */
  client: JetStreamClient;
  /** `CLAIMS`. */
  kv: KV;
  eventLog: Pick<Log, 'read'>;
  now: () => Date;
}

/**
 * Asks for every job that an open generation of these videos lacks and nobody holds (`RETRIES`). After a restore a durable may
 * hold as done what was done after the events were saved; otherwise that would be noticed only when it counts as stuck. Asking
 * for what is pending anyway does no harm: the second one finds the result. Returns the subjects.
 */
export async function askAgain(deps: AskAgainDeps, videoIds: readonly string[]): Promise<string[]> {
  const asked: string[] = [];
  for (const videoId of videoIds) {
    const { state } = await deps.eventLog.read(videoId);
    if (state.status === 'none' || !isOpen(state)) continue;
    const generation = state.current.number;
    for (const { service, job } of openJobs(state)) {
      const entry = await deps.kv.get(`${service}.${videoId}.${generation}`);
      const text = entry?.operation === 'PUT' ? new TextDecoder().decode(entry.value) : '';
      const claim = claimSchema.safeParse(parseJson(text)).data;
      if (claim !== undefined && isHeld(claim, deps.now())) continue;
      const subject = `retry.${service}.${videoId}`;
      await deps.client.publish(subject, JSON.stringify({ job, generation }));
      asked.push(subject);
    }
  }
  return asked;
}
