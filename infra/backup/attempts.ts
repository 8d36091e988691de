import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type Claim, claimSchema } from '@rushes/shared/claims';
import { parseJson } from '@rushes/shared/json';
import type { Log } from '@rushes/shared/log';
import { mediaFolder } from '@rushes/shared/tracks';
import type { Video } from '@rushes/shared/video';
import type { KV } from 'nats';
import { isHeld, USED_UP } from './claims.ts';

export interface AttemptsDeps {
  s3: S3Client;
  mediaBucket: string;
  /** `CLAIMS`, as `admin`. */
  kv: KV;
  eventLog: Pick<Log, 'read'>;
  now: () => Date;
}

/** Stages that name folders by attempt. */
type AttemptStage = 'transcoder' | 'thumbnailer';

/**
 * Makes the claims remember every attempt's folder that is in the media bucket though the restored log and claims know nothing of
 * it: of generations that have no outcome yet, and of those that are yet to come. An attempt that wrote into such a folder would change
 * segments that players and the CDN hold for unchangeable. Returns the keys that were raised; held claims are left alone.
 */
export async function rememberAttempts(deps: AttemptsDeps, videoIds: AsyncIterable<string>): Promise<string[]> {
  const raised: string[] = [];
  for await (const videoId of videoIds) {
    const { state } = await deps.eventLog.read(videoId);
    if (state.status === 'none' || state.status === 'deleted') continue;
    for (const generation of await generationsAtRisk(deps, state)) {
      const folder = mediaFolder(state.visibility, state.id, generation);
      for (const stage of ['transcoder', 'thumbnailer'] as const) {
        const attempt = await highestAttempt(deps, folder, stage);
        const key = `${stage}.${videoId}.${generation}`;
        if (attempt > 0 && (await raise(deps, key, attempt))) raised.push(key);
      }
    }
  }
  return raised;
}

async function generationsAtRisk(deps: AttemptsDeps, video: Video): Promise<number[]> {
  const parent = mediaFolder(video.visibility, video.id, 0).replace(/g0$/, '');
  const first = video.current.outcome === null ? video.current.number : video.current.number + 1;
  return numbersIn(await foldersIn(deps, parent), 'g').filter((number) => number >= first);
}

async function highestAttempt(deps: AttemptsDeps, folder: string, stage: AttemptStage): Promise<number> {
  const parents = stage === 'thumbnailer' ? [`${folder}/thumbnails/`] : await foldersIn(deps, `${folder}/segments/`);
  const folders = await Promise.all(parents.map((parent) => foldersIn(deps, parent)));
  return Math.max(0, ...numbersIn(folders.flat(), 'a'));
}

/** Of `…/a12/` or `…/g3/`; an attempt at a piece, `…/a12p1t2/`, has the number of the attempt that asked for it. */
function numbersIn(folders: readonly string[], letter: 'a' | 'g'): number[] {
  const pattern = new RegExp(`/${letter}([1-9]\\d{0,8})(?:p\\d+t\\d+)?/$`);
  return folders.flatMap((folder) => {
    const [, number] = pattern.exec(folder) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

/** The folders directly in one, each with a slash at its end. */
async function foldersIn({ s3, mediaBucket }: AttemptsDeps, prefix: string): Promise<string[]> {
  const folders: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: mediaBucket, Prefix: prefix, Delimiter: '/', ContinuationToken: token }),
    );
    folders.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix])));
    token = page.NextContinuationToken;
    if (token === undefined) return folders;
  }
}

/** Compare-and-set; false when the claim is that high already or somebody holds it. */
async function raise({ kv, now }: AttemptsDeps, key: string, attempt: number): Promise<boolean> {
  const entry = await kv.get(key);
  const text = entry?.operation === 'PUT' ? new TextDecoder().decode(entry.value) : '';
  const claim = claimSchema.safeParse(parseJson(text)).data ?? UNCLAIMED;
  if (claim.attempt >= attempt || isHeld(claim, now())) return false;
  const raised: Claim = { ...claim, attempt };
  await kv.put(key, JSON.stringify(raised), { previousSeq: entry?.revision ?? 0 });
  return true;
}

const UNCLAIMED: Claim = { job: USED_UP, attempt: 0, failures: 0, worker: null, leaseUntil: 0, tracks: [] };
