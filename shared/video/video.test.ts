import { describe, expect, it } from 'vitest';
import { a, given } from '../testing/index.ts';
import { fold } from './evolve.ts';
import { present } from './present.ts';

const uploadedVideo = [a.requested(), a.uploaded()];
const readyVideo = [...uploadedVideo, a.inspected(), a.transcoded(), a.thumbnailed(), a.packaged()];
const object = {
  bucket: 'rushes-uploads',
  key: 'uploads/x/source',
  size: 5,
  etag: 'e',
  uploadedAt: '2026-01-01T00:00:00.000Z',
  via: 'sqs',
} as const;

describe('the status of a video', () => {
  it('is uploading after the request', () => given(a.requested()).thenShows({ status: 'uploading', progress: null }));
  it('is processing once the object is there', () =>
    given(...uploadedVideo).thenShows({
      status: 'processing',
      upload: { status: 'finished' },
      progress: { stage: 'transcoder', percent: 0, generation: 1 },
    }));
  it('is playable after the first tier and ready after the standard one', () => {
    const first = [a.transcoded('first'), a.thumbnailed('first'), a.packaged('first')];
    given(...uploadedVideo, a.inspected(), ...first).thenShows({ status: 'playable', final: false, readyAt: null });
    given(...uploadedVideo, a.inspected(), ...first, a.transcoded(), a.thumbnailed(), a.packaged()).thenShows({
      status: 'ready',
      final: true,
      readyAt: '2026-01-01T00:00:07.000Z',
      progress: null,
    });
  });
  it('is not final while an extended tier is still to come', () => {
    const standard = [
      a.transcoded('standard', 1, false),
      a.thumbnailed('standard', 1, false),
      a.packaged('standard', 1, false),
    ];
    given(...uploadedVideo, a.inspected(), ...standard).thenShows({
      status: 'ready',
      final: false,
      progress: { stage: 'transcoder', tier: 'extended' },
    });
  });
  it('tells stage and tier that only go forward, whatever is made beside them', () => {
    const before = [...uploadedVideo, a.inspected()];
    const steps = [
      a.transcoded('first'),
      a.thumbnailed('first'),
      a.packaged('first'),
      a.transcoded('standard', 1, false),
      a.thumbnailed('standard', 1, false),
      a.packaged('standard', 1, false),
      a.transcoded('extended'),
      a.thumbnailed('extended'),
      a.packaged('extended'),
    ];
    const shown = steps.map((_, index) => {
      const state = fold([...before, ...steps.slice(0, index + 1)]);
      if (state.status === 'none') throw new Error('there is no video');
      const { progress } = present(state, 'https://cdn.example');
      return progress === null ? null : [progress.stage, progress.tier];
    });
    expect(shown).toEqual([
      ['transcoder', 'standard'],
      ['transcoder', 'standard'],
      ['transcoder', 'standard'],
      ['thumbnailer', 'standard'],
      ['packager', 'standard'],
      ['transcoder', 'extended'],
      ['thumbnailer', 'extended'],
      ['packager', 'extended'],
      null,
    ]);
  });
  it('warns of what the making left out, beside what the inspection found', () => {
    const warning = (code: string) => ({ code, message: 'x' });
    const [looked, made] = [a.inspected(), a.transcoded()];
    given(
      ...uploadedVideo,
      { ...looked, data: { ...looked.data, warnings: [warning('interlaced')] } },
      { ...made, data: { ...made.data, mp4: null, warnings: [warning('mp4_left_out')] } },
    ).thenShows({ warnings: [{ code: 'interlaced' }, { code: 'mp4_left_out' }] });
  });
  it('is failed with the cause when nothing plays', () =>
    given(...uploadedVideo, a.failed()).thenShows({
      status: 'failed',
      error: { stage: 'transcoder', code: 'not_a_video', message: 'The file holds no video.' },
    }));
  it('stays playable when a later tier fails, and says the error', () =>
    given(
      ...uploadedVideo,
      a.inspected(),
      a.transcoded('first'),
      a.thumbnailed('first'),
      a.packaged('first'),
      a.failed(1, 'tool_failed'),
    ).thenShows({ status: 'playable', error: { code: 'tool_failed' } }));
  it('is expired when nothing came, and processing when the object comes late', () => {
    given(a.requested(), a.expired()).thenShows({ status: 'expired', upload: { status: 'expired' } });
    given(a.requested(), a.expired(), a.uploaded()).thenShows({ status: 'processing', upload: { status: 'finished' } });
  });
  it('stays deleted whatever follows', () =>
    given(...uploadedVideo, a.deleted(), a.inspected(), a.updated({ title: 'x' })).thenShows({
      status: 'deleted',
      title: 'Harbour at dawn',
      playback: null,
    }));
});

describe('links', () => {
  it('are the CDN base and the keys of the events', () =>
    given(...readyVideo).thenShows({
      playback: {
        hls: 'https://cdn.example/videos/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e/g1/hls/master.m3u8',
        dash: 'https://cdn.example/videos/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e/g1/dash/manifest.mpd',
        mp4: null,
      },
      aspectRatio: '16:9',
      durationSeconds: 61.4,
    }));
  it('show the poster that a person chose', () =>
    given(...readyVideo, a.chosenPoster()).thenShows({
      thumbnails: { poster: { jpeg: expect.stringContaining('poster-12.5.jpg') } },
    }));
});

describe('an upload', () => {
  it('is recorded with what the request said of it', () =>
    given(a.requested())
      .when({ type: 'recordUpload', object })
      .thenAppends('uploaded', { size: 5, profile: 'web', visibility: 'public', contentType: 'video/quicktime' }));
  it('is recorded once, however often it is notified', () =>
    given(...uploadedVideo)
      .when({ type: 'recordUpload', object })
      .thenChangesNothing());
  it('is not recorded for a cancelled video', () =>
    given(a.requested(), a.cancelled()).when({ type: 'recordUpload', object }).thenRefuses('generation_closed'));
  it('is not recorded for a video that nobody asked for', () =>
    given().when({ type: 'recordUpload', object }).thenRefuses('not_found'));
  it('cannot be cancelled once it is there', () =>
    given(...uploadedVideo)
      .when({ type: 'cancel', reason: 'x' })
      .thenRefuses('already_uploaded'));
  it('cannot be renewed once it is there, or expired', () => {
    const renew = { type: 'renew', updateId: 'u', data: { closesAt: '2026-01-03T00:00:00.000Z' } } as const;
    given(...uploadedVideo)
      .when(renew)
      .thenRefuses('already_uploaded');
    given(a.requested(), a.expired()).when(renew).thenRefuses('upload_closed');
    given(a.requested()).when(renew).thenAppends('updated', renew.data);
  });
  it('expires when its time has run out, and not before', () => {
    const expire = { type: 'expire', reason: 'nothing arrived' } as const;
    const renewed = a.updated({ closesAt: '2026-01-03T00:00:00.000Z' });
    const late = { now: new Date('2026-01-02T00:00:00.000Z') };
    given(a.requested()).when(expire).thenRefuses('upload_open');
    given(a.requested()).when(expire, late).thenAppends('expired', { reason: 'nothing arrived' });
    given(a.requested(), renewed).when(expire, late).thenRefuses('upload_open');
    given(a.requested(), a.expired()).when(expire, late).thenChangesNothing();
    given(...uploadedVideo)
      .when(expire, late)
      .thenRefuses('already_uploaded');
  });
  it('that has expired is recorded when it comes late, and cannot expire again', () => {
    given(a.requested(), a.expired()).when({ type: 'recordUpload', object }).thenAppends('uploaded');
    given(a.requested(), a.expired(), a.uploaded())
      .when({ type: 'expire', reason: 'x' })
      .thenRefuses('already_uploaded');
  });
  it('can be cancelled twice', () =>
    given(a.requested(), a.cancelled()).when({ type: 'cancel', reason: 'x' }).thenChangesNothing());
});

describe('a stage', () => {
  const result = (verb: 'inspected' | 'transcoded' | 'thumbnailed' | 'packaged', generation = 1) => {
    const data = {
      inspected: a.inspected(),
      transcoded: a.transcoded(),
      thumbnailed: a.thumbnailed(),
      packaged: a.packaged(),
    };
    return { type: 'recordResult', generation, result: { verb, data: data[verb].data } } as never;
  };
  it('may not come before the stage that it builds on', () => {
    given(...uploadedVideo)
      .when(result('transcoded'))
      .thenRefuses('out_of_order');
    given(...uploadedVideo, a.inspected())
      .when(result('thumbnailed'))
      .thenRefuses('out_of_order');
    given(...uploadedVideo, a.inspected(), a.transcoded())
      .when(result('packaged'))
      .thenRefuses('out_of_order');
  });
  it('is refused a tier at or below the highest that is there', () => {
    given(...readyVideo.slice(0, 4))
      .when(result('transcoded'))
      .thenRefuses('already_there');
  });
  it('may skip the first tier', () => {
    given(...uploadedVideo, a.inspected())
      .when(result('transcoded'))
      .thenAppends('transcoded', { tier: 'standard' });
  });
  it('is refused after the outcome, and for another generation', () => {
    given(...readyVideo)
      .when(result('packaged'))
      .thenRefuses('generation_closed');
    given(...readyVideo, a.reprocessed())
      .when(result('inspected', 1))
      .thenRefuses('wrong_generation');
    given(...uploadedVideo, a.failed())
      .when(result('inspected'))
      .thenRefuses('generation_closed');
  });
});

describe('reprocessing', () => {
  it('opens the next generation beside the one that plays', () => {
    given(...readyVideo)
      .when({ type: 'reprocess', reason: 'x' })
      .thenAppends('reprocessed', { reason: 'x' });
    given(...readyVideo, a.reprocessed()).thenShows({
      status: 'ready',
      generation: 2,
      final: false,
      playback: { hls: expect.stringContaining('/g1/') },
      progress: { stage: 'transcoder', generation: 2 },
    });
  });
  it('lets the new generation play only when its standard tier is packaged', () => {
    const started = [
      ...readyVideo,
      a.reprocessed(),
      a.inspected(2),
      a.transcoded('first', 2),
      a.thumbnailed('first', 2),
    ];
    given(...started, a.packaged('first', 2)).thenShows({ playback: { hls: expect.stringContaining('/g1/') } });
    given(
      ...started,
      a.packaged('first', 2),
      a.transcoded('standard', 2),
      a.thumbnailed('standard', 2),
      a.packaged('standard', 2),
    ).thenShows({ status: 'ready', final: true, playback: { hls: expect.stringContaining('/g2/') } });
  });
  it('that fails takes nothing away', () =>
    given(...readyVideo, a.reprocessed(), a.failed(2)).thenShows({
      status: 'ready',
      final: true,
      error: { code: 'not_a_video' },
      playback: { hls: expect.stringContaining('/g1/') },
    }));
  it('of a failed video starts anew', () =>
    given(...uploadedVideo, a.failed(), a.reprocessed()).thenShows({
      status: 'processing',
      error: null,
      generation: 2,
    }));
  it('is refused while the first making still runs, and before the upload', () => {
    given(...uploadedVideo)
      .when({ type: 'reprocess', reason: 'x' })
      .thenRefuses('wrong_state');
    given(a.requested()).when({ type: 'reprocess', reason: 'x' }).thenRefuses('wrong_state');
  });
});

describe('deleting', () => {
  it('is possible at any time, and twice', () => {
    given(a.requested()).when({ type: 'delete', reason: 'x' }).thenAppends('deleted');
    given(...readyVideo)
      .when({ type: 'delete', reason: 'x' })
      .thenAppends('deleted');
    given(...readyVideo, a.deleted())
      .when({ type: 'delete', reason: 'x' })
      .thenChangesNothing();
  });
  it('refuses everything else afterwards', () => {
    const gone = given(...readyVideo, a.deleted());
    gone.when({ type: 'update', updateId: 'u', data: { title: 'x' } }).thenRefuses('video_deleted');
    gone.when({ type: 'reprocess', reason: 'x' }).thenRefuses('video_deleted');
    gone.when({ type: 'recordUpload', object: { ...object } }).thenChangesNothing();
  });
});

describe('a history', () => {
  it('without its request is no video', () => expect(fold([a.uploaded(), a.packaged()])).toEqual({ status: 'none' }));
  it('cannot be started twice', () =>
    given(a.requested()).when({ type: 'request', data: a.requested().data }).thenRefuses('exists'));
});
