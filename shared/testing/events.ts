import {
  cancelled,
  type DataOf,
  deleted,
  type EventContext,
  expired,
  failed,
  inspected,
  packaged,
  reprocessed,
  requested,
  type Tier,
  thumbnailed,
  transcoded,
  updated,
  uploaded,
} from '../events/index.ts';

/** Sample events of one video, as the services write them. Every argument has a value that fits the others. */
export const VIDEO_ID = '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e';
const FOLDER = `videos/${VIDEO_ID}`;

function at(seconds: number, generation: number, more: Partial<EventContext> = {}): EventContext {
  return {
    videoId: VIDEO_ID,
    generation,
    service: 'test',
    now: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)),
    ...more,
  };
}

const stored = {
  bucket: 'rushes-uploads',
  key: `uploads/${VIDEO_ID}/source`,
  size: 1_000,
  etag: '9b2cf535f27731c974343645a3985328',
  profile: 'web',
  visibility: 'public',
} as const;

const rendition = (generation: number) => ({
  id: 'h264-720',
  codec: 'h264' as const,
  codecs: 'avc1.64001f',
  width: 1280,
  height: 720,
  fps: 29.97,
  frameRate: '30000/1001',
  bitrate: 2_000_000,
  peakBitrate: 2_500_000,
  size: 500_000,
  track: `${FOLDER}/g${generation}/segments/h264-720/a1/track.json`,
  vmaf: null,
});

const source: DataOf<'inspected'>['source'] = {
  container: 'mov,mp4',
  durationSeconds: 61.4,
  size: 1_000,
  bitrate: 130,
  video: {
    codec: 'h264',
    profile: 'High',
    width: 1280,
    height: 720,
    displayWidth: 1280,
    displayHeight: 720,
    rotation: 0,
    sampleAspectRatio: '1:1',
    frameRate: '30000/1001',
    fps: 29.97,
    variableFrameRate: false,
    interlaced: false,
    pixelFormat: 'yuv420p',
    bitDepth: 8,
    hdr: null,
    gopSeconds: 2,
    startSeconds: 0,
  },
  audio: [],
  subtitles: [],
};

export const a = {
  requested: (data: Partial<DataOf<'requested'>> = {}) =>
    requested(at(0, 1), {
      title: 'Harbour at dawn',
      description: '',
      tags: ['sea'],
      metadata: {},
      filename: 'harbour.mov',
      contentType: 'video/quicktime',
      strategy: 'single',
      closesAt: '2026-01-02T00:00:00.000Z',
      bucket: stored.bucket,
      key: stored.key,
      size: 1_000,
      profile: 'web',
      visibility: 'public',
      ...data,
    }),
  updated: (data: DataOf<'updated'>, generation = 1) =>
    updated(at(1, generation, { discriminator: '0198f2c4-7d1e-7b52-9d0e-000000000001' }), data),
  uploaded: () =>
    uploaded(at(2, 1), {
      ...stored,
      contentType: 'video/quicktime',
      uploadedAt: '2026-01-01T00:00:02.000Z',
      via: 'sqs',
    }),
  inspected: (generation = 1) =>
    inspected(at(3, generation), {
      source,
      plan: {
        profile: 'web',
        frameRate: '30000/1001',
        gopFrames: 60,
        segmentSeconds: 6.006,
        tiers: [{ tier: 'standard', renditions: ['h264-720'] }],
        renditions: [
          {
            id: 'h264-720',
            codec: 'h264',
            width: 1280,
            height: 720,
            crf: 23,
            maxrate: 3_500_000,
            bufsize: 5_250_000,
            mode: 'encode',
            reason: "the source's own size",
          },
        ],
        audio: [],
        subtitles: [],
        reasons: [],
      },
      warnings: [],
    }),
  transcoded: (tier: Tier = 'standard', generation = 1, final = tier !== 'first') =>
    transcoded(at(4, generation, { discriminator: tier }), {
      tier,
      final,
      durationSeconds: 61.4,
      visibility: 'public',
      encodeSeconds: 12,
      renditions: [rendition(generation)],
      audio: [],
      subtitles: [],
    }),
  thumbnailed: (tier: Tier = 'standard', generation = 1, final = tier !== 'first') =>
    thumbnailed(at(5, generation, { discriminator: tier }), {
      tier,
      final,
      poster: poster(generation, 7.5),
      images: [],
      storyboard: null,
      preview: null,
      durationSeconds: 61.4,
      visibility: 'public',
      renditions: [rendition(generation)],
      audio: [],
      subtitles: [],
    }),
  chosenPoster: (generation = 1) =>
    thumbnailed(at(6, generation, { discriminator: 'poster-0198f2c4-7d1e-7b52-9d0e-000000000001' }), {
      poster: poster(generation, 12.5),
    }),
  packaged: (tier: Tier = 'standard', generation = 1, final = tier !== 'first') =>
    packaged(at(7, generation, { discriminator: tier }), {
      tier,
      final,
      hls: { key: `${FOLDER}/g${generation}/hls/master.m3u8` },
      dash: tier === 'first' ? null : { key: `${FOLDER}/g${generation}/dash/manifest.mpd` },
      mp4: null,
      renditions: [rendition(generation)],
      bytes: 500_000,
      checks: { passed: 12, notApplicable: 3, warnings: [] },
    }),
  failed: (generation = 1, code = 'not_a_video') =>
    failed(at(8, generation), { stage: 'transcoder', code, message: 'The file holds no video.', attempts: 1 }),
  expired: () => expired(at(9, 1), { reason: 'nothing arrived' }),
  cancelled: () => cancelled(at(10, 1), { reason: 'asked for' }),
  reprocessed: (generation = 2) => reprocessed(at(11, generation), { ...stored, reason: 'asked for' }),
  deleted: (generation = 1) => deleted(at(12, generation), { reason: 'asked for' }),
};

function poster(generation: number, time: number) {
  const folder = `${FOLDER}/g${generation}/thumbnails/a1`;
  return {
    time,
    width: 1280,
    height: 720,
    jpeg: `${folder}/poster-${time}.jpg`,
    webp: `${folder}/poster-${time}.webp`,
  };
}
