import { jetStreamErrorCode } from '@rushes/shared/bus';
import { claimSchema } from '@rushes/shared/claims';
import { parseJson } from '@rushes/shared/json';
import type { Runtime } from '@rushes/shared/service';
import type { OpenJob } from '@rushes/shared/video';
import type { JobFacts } from './core/stuck.ts';

/** What can be seen of the stages' work from outside, and the one thing that can be asked of them. */
export interface Stages {
  /** The claim of a stage on a generation. */
  claimOf(service: string, videoId: string, generation: number): Promise<JobFacts['claim']>;
  /** Whether a stage was asked for this video again and has not taken it. */
  isAskedAgain(service: string, videoId: string): Promise<boolean>;
  /** Sequence of the last event that a durable has given out; null: there is no such durable now. */
  deliveredBy(durable: string): Promise<number | null>;
  /** Asks for a job once more; of several wishes for one video the stage sees the last. */
  ask(videoId: string, generation: number, job: OpenJob): Promise<void>;
}

const CONSUMER_NOT_FOUND = 10014;
const decoder = new TextDecoder();

export async function createStages({ client, manager }: Pick<Runtime, 'client' | 'manager'>): Promise<Stages> {
  const claims = await client.views.kv('CLAIMS', { bindOnly: true });
  return {
    async claimOf(service, videoId, generation) {
      const entry = await claims.get(`${service}.${videoId}.${generation}`);
      if (entry?.operation !== 'PUT') return null;
      // One that cannot be read is nobody's: whoever wants it will fail on it, and that must not go on for ever.
      return claimSchema.safeParse(parseJson(decoder.decode(entry.value))).data ?? null;
    },
    async isAskedAgain(service, videoId) {
      try {
        await manager.streams.getMessage('RETRIES', { last_by_subj: retrySubject(service, videoId) });
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === '404') return false;
        throw error;
      }
    },
    async deliveredBy(durable) {
      try {
        const { delivered } = await manager.consumers.info('VIDEO', durable);
        return delivered.stream_seq;
      } catch (error) {
        if (jetStreamErrorCode(error) === CONSUMER_NOT_FOUND) return null;
        throw error;
      }
    },
    async ask(videoId, generation, { service, job }) {
      await client.publish(retrySubject(service, videoId), JSON.stringify({ job, generation }));
    },
  };
}

function retrySubject(service: string, videoId: string): string {
  return `retry.${service}.${videoId}`;
}
