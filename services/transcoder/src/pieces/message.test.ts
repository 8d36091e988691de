import { describe, expect, it } from 'vitest';
import {
  againOf,
  type PieceWish,
  parsePiece,
  pieceAttempt,
  pieceBody,
  pieceName,
  pieceNames,
  pieceSubject,
} from './message.ts';

const wish: PieceWish = {
  videoId: '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e',
  generation: 2,
  job: 'extended',
  attempt: 3,
  piece: { index: 1, from: 40, to: 80 },
};
const last: PieceWish = { ...wish, piece: { index: 2, from: 80, to: null } };

describe('a wish for a piece', () => {
  it('is read as it was written', () => {
    for (const each of [wish, last]) expect(parsePiece(pieceSubject(each), pieceBody(each))).toEqual(each);
  });

  it('is none in any other form', () => {
    const [subject, body] = [pieceSubject(wish), pieceBody(wish)];
    const broken: [string, string][] = [
      ['piece.v.1', body],
      ['piece.v.0.1', body],
      ['video.uploaded.v', body],
      [subject, 'no JSON'],
      [subject, '{}'],
      [subject, JSON.stringify({ ...JSON.parse(body), from: -1 })],
      [subject, JSON.stringify({ ...JSON.parse(body), job: 'poster' })],
    ];
    for (const each of broken) expect(parsePiece(...each), each.join(' ')).toBeNull();
  });
});

describe('names of pieces', () => {
  it('tell attempts at a piece from each other and from attempts at the whole', () => {
    const names = [
      pieceAttempt(wish, 1),
      pieceAttempt(wish, 2),
      pieceAttempt(last, 1),
      againOf(wish),
      `${wish.attempt}`,
    ];
    expect(names).toEqual(['3p1t1', '3p1t2', '3p2t1', '3p0t2', '3']);
  });

  it('are those of all pieces but the first', () => {
    expect(pieceNames(4)).toEqual(['p1', 'p2', 'p3']);
    expect(pieceNames(3)).toContain(pieceName(last.piece));
    expect(pieceNames(1)).toEqual([]);
  });
});
