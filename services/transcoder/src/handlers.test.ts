import type { VideoEvent } from '@rushes/shared/events';
import type { Video } from '@rushes/shared/video';
import { describe, expect, it } from 'vitest';
import { isNeeded, jobOf, scratchBytes, transcoderStage } from './handlers.ts';
import type { PiecesDeps } from './pieces/ports.ts';
import type { TranscoderDeps } from './ports.ts';

const event = (verb: string) => ({ type: `video.${verb}`, data: {} }) as unknown as VideoEvent;

const generation = { number: 1, stored: { etag: 'e' }, transcoded: null, outcome: null };
const video = (current: Record<string, unknown> = {}, status = 'processing') =>
  ({ status, current: { ...generation, ...current } }) as unknown as Video;

describe('jobOf', () => {
  it('asks for the ladder of every new source and of every one to be made again', () => {
    expect(jobOf(event('uploaded'))).toBe('standard');
    expect(jobOf(event('reprocessed'))).toBe('standard');
  });

  it('asks for the further codecs of what has become ready and is not final', () => {
    const packaged = (data: object) => jobOf({ type: 'video.packaged', data } as unknown as VideoEvent);
    expect(packaged({ tier: 'standard', final: false })).toBe('extended');
    expect(packaged({ tier: 'standard', final: true })).toBeNull();
    expect(packaged({ tier: 'first', final: false })).toBeNull();
    expect(packaged({ tier: 'extended', final: true })).toBeNull();
  });

  it('asks for nothing on any other event', () => {
    const others = ['requested', 'updated', 'inspected', 'transcoded', 'thumbnailed', 'packaged', 'failed', 'deleted'];
    expect(others.map((verb) => jobOf(event(verb)))).toEqual(others.map(() => null));
  });
});

describe('isNeeded', () => {
  it('while the generation is open and has no whole ladder', () => {
    expect(isNeeded(video(), 'standard')).toBe(true);
    expect(isNeeded(video({ transcoded: { tier: 'first' } }), 'standard')).toBe(true);
  });

  it('no more once the ladder is in the log, the generation closed or the video deleted', () => {
    expect(isNeeded(video({ transcoded: { tier: 'standard' } }), 'standard')).toBe(false);
    expect(isNeeded(video({ transcoded: { tier: 'extended' } }), 'standard')).toBe(false);
    expect(isNeeded(video({ outcome: 'failed' }), 'standard')).toBe(false);
    expect(isNeeded(video({}, 'deleted'), 'standard')).toBe(false);
    expect(isNeeded(video({ stored: null }), 'standard')).toBe(false);
  });

  it('for further codecs once the ladder is in the log, until they are', () => {
    expect(isNeeded(video({ transcoded: { tier: 'standard' } }), 'extended')).toBe(true);
    expect(isNeeded(video({ transcoded: { tier: 'first' } }), 'extended')).toBe(false);
    expect(isNeeded(video({ transcoded: { tier: 'extended' } }), 'extended')).toBe(false);
    expect(isNeeded(video({ transcoded: { tier: 'standard' }, outcome: 'packaged' }), 'extended')).toBe(false);
  });

  it('not for a job that is not ours', () => {
    expect(isNeeded(video(), 'poster')).toBe(false);
  });
});

describe('scratchBytes', () => {
  it('is the size of the source and a margin', () => {
    expect(scratchBytes(video({ stored: { size: 5_000_000_000 } }))).toBe(5_100_663_296);
  });
});

describe('transcoderStage', () => {
  const stage = (pieces?: PiecesDeps) => transcoderStage({ pieces } as TranscoderDeps);

  it('takes pieces behind new videos and before further codecs, where videos are shared', () => {
    const { durables, parts, handlePart } = stage({ workers: 3 } as PiecesDeps);
    expect(durables).toEqual(['transcoder', { stream: 'PIECES', durable: 'transcoder-pieces' }, 'transcoder-extended']);
    expect(parts).toEqual(['p1', 'p2']);
    expect(handlePart).toBeTypeOf('function');
  });

  it('takes none where they are not', () => {
    expect(stage()).toMatchObject({ durables: ['transcoder', 'transcoder-extended'] });
    expect(stage().handlePart).toBeUndefined();
  });
});
