import { knownOf, type VideoDocument } from './document.ts';

/** A document of the old read model and one of the new, of the same video; null where there is none. */
export type Pair<T> = { old: T; new: T | null } | { old: null; new: T };

/** Brings together what has the same id. Both must be sorted by it, in the order that MongoDB has for text: by code point. */
export async function* pairUp<T extends { _id: string }>(
  olds: AsyncIterator<T>,
  news: AsyncIterator<T>,
): AsyncGenerator<Pair<T>> {
  let [old, fresh] = await Promise.all([olds.next(), news.next()]);
  while (old.done !== true || fresh.done !== true) {
    // Ids are ASCII, so the order of their code units is that of their code points.
    if (old.done !== true && (fresh.done === true || old.value._id < fresh.value._id)) {
      yield { old: old.value, new: null };
      old = await olds.next();
    } else if (fresh.done !== true && (old.done === true || fresh.value._id < old.value._id)) {
      yield { old: null, new: fresh.value };
      fresh = await news.next();
    } else if (old.done !== true && fresh.done !== true) {
      yield { old: old.value, new: fresh.value };
      [old, fresh] = await Promise.all([olds.next(), news.next()]);
    }
  }
}

/** Whether two documents are of the same event and say the same. How often they were folded anew (`revision`) does not matter. */
export function isSame({ old, new: fresh }: Pair<VideoDocument>): boolean {
  if (old === null || fresh === null || old.lastSeq !== fresh.lastSeq) return false;
  // As they stand, which is nearly always enough and costs a tenth.
  return JSON.stringify(unrevised(old)) === JSON.stringify(unrevised(fresh)) || canonical(old) === canonical(fresh);
}

function unrevised({ revision: _revision, ...document }: VideoDocument): Omit<VideoDocument, 'revision'> {
  return document;
}

/** All that a document says, as text: two that say the same have the same, in whatever order their fields are. */
export function canonical(document: VideoDocument): string {
  const { state } = knownOf(document);
  return JSON.stringify({ ...unrevised(document), state }, (_key, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1))) : value,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
