import { subjectOf, type VideoEvent } from '@rushes/shared/events';
import { a, VIDEO_ID } from '@rushes/shared/testing';
import { fold } from '@rushes/shared/video';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningIn, foldBatch, type LogMessage, quarantineOf } from './batch.ts';
import { type Known, knownOf } from './document.ts';

const CDN = 'https://cdn.example/media';
const HISTORY = [a.requested(), a.uploaded(), a.inspected(), a.transcoded(), a.thumbnailed(), a.packaged()];

function messageOf(event: VideoEvent, sequence: number): LogMessage {
  return { sequence, subject: subjectOf(event), body: JSON.stringify(event), parsed: { kind: 'event', event } };
}
const log = HISTORY.map((event, index) => messageOf(event, index + 1));

describe('foldBatch', () => {
  it('folds several events of a video into one write that expects no document', () => {
    const writes = foldBatch(log, new Map(), CDN);
    expect(writes).toHaveLength(1);
    expect(writes[0]).toMatchObject({
      expected: { lastSeq: 0 },
      document: { _id: VIDEO_ID, lastSeq: 6, status: 'ready' },
    });
  });

  it('goes on from what was known and expects the sequence that was read', () => {
    const known = new Map([[VIDEO_ID, { lastSeq: 2, revision: 0, state: fold(HISTORY.slice(0, 2)) }]]);
    const [write] = foldBatch(log.slice(2), known, CDN);
    expect(write).toMatchObject({ expected: { lastSeq: 2, revision: 0 }, document: { lastSeq: 6, status: 'ready' } });
  });

  it('keeps count of how often a document was folded anew, and says nothing of it where that was never', () => {
    const known = (revision: number) =>
      new Map([[VIDEO_ID, { lastSeq: 2, revision, state: fold(HISTORY.slice(0, 2)) }]]);
    const [again] = foldBatch(log.slice(2), known(3), CDN);
    expect(again).toMatchObject({ expected: { lastSeq: 2, revision: 3 }, document: { revision: 3 } });
    expect(again && knownOf(again.document).revision).toBe(3);
    const [never] = foldBatch(log.slice(2), known(0), CDN);
    expect(never && 'revision' in never.document).toBe(false);
  });

  it('writes nothing for what the document has seen already', () => {
    const known = new Map([[VIDEO_ID, { lastSeq: 6, revision: 0, state: fold(HISTORY) }]]);
    expect(foldBatch(log, known, CDN)).toEqual([]);
  });

  it('moves the sequence and nothing else for a verb it does not know', () => {
    const known = new Map([[VIDEO_ID, { lastSeq: 6, revision: 0, state: fold(HISTORY) }]]);
    const applauded: LogMessage = {
      sequence: 9,
      subject: `video.applauded.${VIDEO_ID}`,
      body: '{}',
      parsed: { kind: 'unknown', verb: 'applauded' },
    };
    const [write] = foldBatch([applauded], known, CDN);
    expect(write?.document.lastSeq).toBe(9);
    expect(write && knownOf(write.document).state).toEqual(fold(HISTORY));
  });

  it('writes nothing for events of a video that was never requested', () => {
    expect(foldBatch(log.slice(1), new Map(), CDN)).toEqual([]);
  });

  it('comes to the same document however the log is cut into batches and wherever it is repeated', () => {
    const [whole] = foldBatch(log, new Map(), CDN);
    const cuts = fc.array(fc.tuple(fc.nat({ max: log.length }), fc.nat({ max: log.length })), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (ranges) => {
        const known = new Map<string, Known>();
        let done = 0;
        const project = (from: number, to: number) => {
          for (const { document } of foldBatch(log.slice(from, to), known, CDN)) known.set(VIDEO_ID, knownOf(document));
          done = Math.max(done, to);
        };
        // Each range may begin again at what is done already, but never leaves anything out.
        for (const [start, end] of ranges) project(Math.min(start, done), end);
        project(done, log.length);
        expect(known.get(VIDEO_ID)).toEqual(whole && knownOf(whole.document));
      }),
    );
  });
});

describe('beginningIn', () => {
  const other = VIDEO_ID.replace(/5e$/, '5f');

  it('finds the videos whose first message is their request', () => {
    const subjects = [`video.uploaded.${other}`, `video.requested.${VIDEO_ID}`, `video.uploaded.${VIDEO_ID}`];
    expect(beginningIn(subjects.map((subject) => ({ subject })))).toEqual(new Set([VIDEO_ID]));
  });

  it('takes no video for new that has had something else before', () => {
    const subjects = [`video.uploaded.${other}`, `video.requested.${other}`];
    expect(beginningIn(subjects.map((subject) => ({ subject })))).toEqual(new Set());
  });
});

describe('quarantineOf', () => {
  it('keeps what does not parse, as it was stored and with what is wrong with it', () => {
    const bad: LogMessage = {
      sequence: 4,
      subject: `video.uploaded.${VIDEO_ID}`,
      body: '{"no":"event"}',
      parsed: { kind: 'invalid', verb: 'uploaded', problems: ['/id: Required'] },
    };
    expect(quarantineOf([...log, bad])).toEqual([
      { sequence: 4, subject: bad.subject, problems: ['/id: Required'], body: '{"no":"event"}' },
    ]);
  });
});
