import { parseJson } from '@rushes/shared/json';

/** The stored documents of a history as they are, verbs that we do not know included. What is no JSON object is no event. */
export function documentsOf(entries: readonly { body: string }[]): Record<string, unknown>[] {
  return entries.flatMap(({ body }) => {
    const document = parseJson(body);
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? [document as Record<string, unknown>]
      : [];
  });
}
