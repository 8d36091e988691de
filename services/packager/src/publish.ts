import { FAILURES, Failure } from '@rushes/shared/errors';
import type { PackagedData } from '@rushes/shared/events';
import { mediaFolder } from '@rushes/shared/tracks';
import { type CheckResult, checkFacts, checkPackage } from './core/check.ts';
import { composePackage, type PackageDocument } from './core/compose.ts';
import { isGrowing, type PackageFacts, packageBytes } from './core/facts.ts';
import { manifestKey } from './core/mpd.ts';
import { masterKey } from './core/playlist.ts';
import { precedence } from './core/precedence.ts';
import type { Media, PublishContext } from './ports.ts';
import { readFacts } from './read-facts.ts';
import { rewrite } from './rewrite.ts';

/**
 * Makes all playlists and manifests of the newest tier from the tracks' facts, checks them, writes them and reads them
 * back. Idempotent: what is there already and is the same stays as it is.
 * @returns the data of `packaged`
 * @throws Failure `package_invalid` naming the broken rule; `storage_unavailable`; `internal` (to be tried again) when
 * the log or storage turns out to be ahead of us
 */
export async function publishPackage(media: Media, context: PublishContext): Promise<PackagedData> {
  const { video, job, log } = context;
  const data = video.current.thumbnailed;
  if (data === null || data.tier !== job) {
    throw new Failure('internal', { detail: `the history read has no thumbnailed of ${job}, but ${data?.tier}` });
  }
  const folder = mediaFolder(video.visibility, video.id, video.current.number);
  const { facts, documents, checks } = await composeChecked(media, await readFacts(media, folder, data.tier, data));
  context.progress(50);
  await writeAll(media, documents, context);
  context.progress(80);
  await readBack(media, documents);
  log.info(
    { documents: documents.length, passed: checks.passed, warnings: checks.warnings.length },
    'package is valid',
  );
  return packagedData(facts, data.final ?? false, checks);
}

function packagedData(facts: PackageFacts, final: boolean, checks: ValidResult): PackagedData {
  const { passed, notApplicable, warnings } = checks;
  return {
    tier: facts.tier,
    final,
    hls: { key: masterKey(facts.folder) },
    dash: isGrowing(facts) ? null : { key: manifestKey(facts.folder) },
    mp4: facts.mp4 == null ? null : { key: facts.mp4.key },
    renditions: facts.videos.map(({ rendition }) => rendition),
    bytes: packageBytes(facts),
    checks: { passed, notApplicable, warnings },
  };
}

/**
 * All documents of a package, held against its facts, the rules and what storage lists.
 * @throws Failure `package_invalid` naming the broken rule; `storage_unavailable`
 */
export async function composeChecked(media: Media, facts: PackageFacts) {
  mustBeValid(checkFacts(facts));
  const documents = composePackage(facts);
  const sizes = await sizesUnder(media, `${facts.folder}/segments/`);
  return { facts, documents, checks: mustBeValid(checkPackage(facts, documents, sizes)) };
}

type ValidResult = Extract<CheckResult, { kind: 'valid' }>;

function mustBeValid(result: CheckResult): ValidResult {
  if (result.kind === 'valid') return result;
  const detail = `rule ${result.rule} (${result.says}): ${result.what}`;
  throw new Failure('package_invalid', { message: `${FAILURES.package_invalid.message} Broken: ${detail}`, detail });
}

/** Bytes by key of everything under a prefix: one listing is thousands of HEAD requests less. */
async function sizesUnder(media: Media, prefix: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, size } of media.storage.list(media.bucket, prefix)) sizes.set(key, size);
  return sizes;
}

async function writeAll(media: Media, documents: readonly PackageDocument[], context: PublishContext): Promise<void> {
  // In order and one by one: whatever a master names is there before the master is.
  for (const document of documents) await writeDocument(media, document, context);
}

/** Nothing is overwritten that was not read and weighed before. */
async function writeDocument(media: Media, document: PackageDocument, context: PublishContext): Promise<void> {
  const { key, text } = document;
  await rewrite(media, document, context.signal, (there) => {
    const who = precedence(there, text);
    if (who === 'theirs') throw new Failure('internal', { detail: `${key} holds more than our facts: ours are old` });
    return who === 'same' ? null : text;
  });
}

/** The check has read these very bytes, so being equal is being valid. */
async function readBack(media: Media, documents: readonly PackageDocument[]): Promise<void> {
  for (const { key, text } of documents) {
    const there = await media.storage.read(media.bucket, key);
    if (there?.body.toString('utf8') !== text) {
      throw new Failure('internal', { detail: `${key} is not what was written: somebody else wrote it too` });
    }
  }
}
