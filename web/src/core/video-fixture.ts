import type { VideoView } from '@rushes/shared/video';

/** A finished video as the API gives it, for tests. */
export function videoWith(changes: Partial<VideoView> = {}): VideoView {
  return {
    id: '0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e',
    title: 'Harbour',
    description: '',
    tags: [],
    metadata: {},
    visibility: 'public',
    status: 'ready',
    final: true,
    generation: 1,
    upload: {
      status: 'finished',
      filename: 'harbour.mp4',
      contentType: 'video/mp4',
      size: 1_000,
      finishedAt: '2026-01-01T00:00:10.000Z',
      location: { bucket: 'uploads', key: 'uploads/x/source' },
    },
    source: null,
    durationSeconds: null,
    aspectRatio: null,
    progress: null,
    playback: null,
    renditions: [],
    thumbnails: null,
    warnings: [],
    error: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    readyAt: null,
    ...changes,
  };
}
