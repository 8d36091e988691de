import type { ListQuery } from '@rushes/shared/http';
import { z } from 'zod';
import type { VideoDocument } from './document.ts';
import { wordsOf } from './words.ts';

type Sort = ListQuery['sort'];
type SortField = 'createdAt' | 'updatedAt' | 'title';

const SORT_FIELDS = {
  '-createdAt': { field: 'createdAt', direction: -1 },
  createdAt: { field: 'createdAt', direction: 1 },
  title: { field: 'title', direction: 1 },
  '-updatedAt': { field: 'updatedAt', direction: -1 },
} as const satisfies Record<Sort, { field: SortField; direction: 1 | -1 }>;

/** As people sort titles: "part 2" before "Part 10", case of no weight. The index of titles has the same. */
export const TITLE_COLLATION = { locale: 'en', strength: 2, numericOrdering: true } as const;

/** Where a page ended: the next one starts behind this video, whatever was added or removed meanwhile. */
export const cursorSchema = z.strictObject({
  sort: z.string(),
  /** The last video's sort value: a title, or a time. */
  value: z.string(),
  id: z.string(),
});
export type Cursor = z.infer<typeof cursorSchema>;

/** A query in MongoDB's terms. Only strings that were parsed ever get into it as values, never as operators. */
export interface MongoQuery {
  filter: Record<string, unknown>;
  sort: Record<string, 1 | -1>;
  collation: typeof TITLE_COLLATION | undefined;
}

export function toMongoQuery(query: ListQuery, after: Cursor | null): MongoQuery {
  const { field, direction } = SORT_FIELDS[query.sort];
  const conditions = [statusCondition(query), ...tagConditions(query), ...wordConditions(query)];
  if (after !== null) conditions.push(...behind(after, field, direction));
  return {
    filter: { $and: conditions },
    sort: { [field]: direction, _id: direction },
    collation: field === 'title' ? TITLE_COLLATION : undefined,
  };
}

export function cursorAfter(document: Pick<VideoDocument, '_id' | SortField>, sort: Sort): Cursor {
  const value = document[SORT_FIELDS[sort].field];
  return { sort, id: document._id, value: value instanceof Date ? value.toISOString() : value };
}

/** Deleted videos are only there for who asks for them. */
function statusCondition({ status }: ListQuery): Record<string, unknown> {
  if (status === undefined || status.length === 0) return { deleted: false };
  return status.includes('deleted') ? { status: { $in: status } } : { deleted: false, status: { $in: status } };
}

function tagConditions({ tag }: ListQuery): Record<string, unknown>[] {
  return (tag ?? []).map((one) => ({ tags: { $eq: one } }));
}

/** Folded words are letters, digits and marks, so none has a meaning of its own in a regular expression. */
function wordConditions({ q }: ListQuery): Record<string, unknown>[] {
  return wordsOf(q ?? '').map((word) => ({ words: { $regex: `^${word}` } }));
}

function behind(after: Cursor, field: SortField, direction: 1 | -1): Record<string, unknown>[] {
  const value = field === 'title' ? after.value : new Date(after.value);
  const [past, pastOrAt] = direction === 1 ? ['$gt', '$gte'] : ['$lt', '$lte'];
  // The first condition is implied by the second; it is what lets the index start where the page does.
  return [
    { [field]: { [pastOrAt as string]: value } },
    { $or: [{ [field]: { [past as string]: value } }, { _id: { [past as string]: after.id } }] },
  ];
}
