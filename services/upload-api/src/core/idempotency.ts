const KEY = /^[\x20-\x7e]{1,255}$/;

/** Whether a value may be an `Idempotency-Key`: 1 to 255 printable ASCII characters. */
export function isIdempotencyKey(value: string): boolean {
  return KEY.test(value);
}

/** JSON with the fields of every object in one order, so that equal bodies have equal texts. Takes what JSON.parse gives. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
