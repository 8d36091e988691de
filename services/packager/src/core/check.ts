import type { Warning } from '@rushes/shared/events';
import hls, { type types } from 'hls-parser';
import type { PackageDocument } from './compose.ts';
import { isGrowing, type PackageFacts } from './facts.ts';
import { manifestKey } from './mpd.ts';
import { masterKey } from './playlist.ts';
import { type Finding, onceWhole, type ReadPackage, type Rule } from './rules.ts';
import { iframeRules } from './rules-iframes.ts';
import { manifestRules } from './rules-manifest.ts';
import { masterRules } from './rules-master.ts';
import { playlistRules } from './rules-playlists.ts';
import { storageRules } from './rules-storage.ts';
import { trackRules } from './rules-tracks.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** In the order they are checked: what rests on another rule comes after it. */
const DOCUMENT_RULES: readonly Rule[] = [
  ...storageRules,
  ...playlistRules,
  ...iframeRules,
  ...masterRules,
  ...onceWhole(manifestRules),
];

export type CheckResult =
  | { kind: 'valid'; passed: number; notApplicable: number; warnings: Warning[] }
  /** Breaks a MUST: not to be published. `rule` is its id. */
  | { kind: 'invalid'; rule: string; says: string; what: string };

/** Holds the facts against their rules: from wrong facts nothing can be composed. */
export function checkFacts(facts: PackageFacts): CheckResult {
  return run(trackRules, { facts });
}

/**
 * Reads a package back as a player would and holds it against the facts, against storage and against the rules.
 * @param documents the playlists and manifests, as written or as read from storage
 * @param sizes bytes by key of every object that storage lists under the package's folder
 */
export function checkPackage(
  facts: PackageFacts,
  documents: readonly Pick<PackageDocument, 'key' | 'text'>[],
  sizes: ReadonlyMap<string, number>,
): CheckResult {
  const before = checkFacts(facts);
  if (before.kind === 'invalid') return before;
  const read = readPackage(facts, documents, sizes);
  if (typeof read === 'string') {
    return { kind: 'invalid', rule: 'syntax', says: 'playlists and manifest can be parsed', what: read };
  }
  const after = run(DOCUMENT_RULES, read);
  if (after.kind === 'invalid') return after;
  return {
    kind: 'valid',
    passed: before.passed + after.passed,
    notApplicable: before.notApplicable + after.notApplicable,
    warnings: [...before.warnings, ...after.warnings],
  };
}

function run<T>(rules: readonly Rule<T>[], read: T): CheckResult {
  const warnings: Warning[] = [];
  const counts = { passed: 0, notApplicable: 0 };
  for (const rule of rules) {
    const finding = findingOf(rule, read);
    if (finding.kind !== 'broken') counts[finding.kind] += 1;
    else if (rule.level === 'must') return { kind: 'invalid', rule: rule.id, says: rule.says, what: finding.what };
    else warnings.push({ code: `rule_${rule.id}`, message: `Should be: ${rule.says}. Found: ${finding.what}.` });
  }
  return { kind: 'valid', ...counts, warnings };
}

/** A reference that cannot be resolved breaks the rule that followed it. */
function findingOf<T>(rule: Rule<T>, read: T): Finding {
  try {
    return rule.check(read);
  } catch (error) {
    if (error instanceof RangeError || error instanceof URIError) return { kind: 'broken', what: error.message };
    throw error;
  }
}

/** The parsed package, or what could not be parsed and why. */
function readPackage(
  facts: PackageFacts,
  documents: readonly Pick<PackageDocument, 'key' | 'text'>[],
  sizes: ReadonlyMap<string, number>,
): ReadPackage | string {
  const playlists = new Map<string, types.MediaPlaylist>();
  let master: types.MasterPlaylist | undefined;
  let manifest: XmlElement | null = null;
  for (const { key, text } of documents) {
    try {
      if (key === manifestKey(facts.folder)) manifest = parseXml(text);
      else {
        const parsed = parsePlaylist(text);
        if (!parsed.isMasterPlaylist) playlists.set(key, parsed);
        else if (key === masterKey(facts.folder)) master = parsed;
        else return `${key} is a multivariant playlist`;
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return `${key}: ${error.message}`;
    }
  }
  if (master === undefined) return `${masterKey(facts.folder)} is missing`;
  if (manifest === null && !isGrowing(facts)) return `${manifestKey(facts.folder)} is missing`;
  if (manifest !== null && isGrowing(facts))
    return `${manifestKey(facts.folder)} is there, and describes what still grows`;
  return { facts, master, playlists, manifest, sizes };
}

/** Outside its strict mode hls-parser prints what is wrong and goes on, which would be no check. */
function parsePlaylist(text: string): types.MasterPlaylist | types.MediaPlaylist {
  hls.setOptions({ strictMode: true });
  return hls.parse(text);
}
