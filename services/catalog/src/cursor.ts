import { createHmac, timingSafeEqual } from 'node:crypto';
import { ProblemError } from '@rushes/shared/http';
import { type Cursor, cursorSchema } from './core/query.ts';

/** Cursors as clients see them: signed, so that only what was once answered can come back. */
export interface Cursors {
  encode(cursor: Cursor): string;
  /** Throws `validation_failed` for a cursor that was changed, or belongs to another sort order. */
  decode(text: string, sort: string): Cursor;
}

export function createCursors(key: Buffer): Cursors {
  const signatureOf = (payload: string) => createHmac('sha256', key).update(payload).digest('base64url');
  return {
    encode(cursor) {
      const payload = Buffer.from(JSON.stringify(cursor)).toString('base64url');
      return `${payload}.${signatureOf(payload)}`;
    },
    decode(text, sort) {
      const [payload = '', signature = '', ...rest] = text.split('.');
      // As text: several texts decode to the same bytes, and only one of them was answered.
      const given = Buffer.from(signature);
      const right = Buffer.from(signatureOf(payload));
      if (rest.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) {
        throw wrongCursor('is not one that this catalog answered; begin again without it');
      }
      const cursor = cursorSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      if (cursor.sort !== sort) {
        throw wrongCursor('belongs to another sort order; send it with the query that it came from');
      }
      return cursor;
    },
  };
}

function wrongCursor(message: string): ProblemError {
  return new ProblemError('validation_failed', `cursor ${message}`, { errors: [{ path: '/query/cursor', message }] });
}
