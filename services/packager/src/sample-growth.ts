import { type InspectedData, inspected, type VideoEvent } from '@rushes/shared/events';
import { createLogger } from '@rushes/shared/service';
import { a, createMemoryLog, VIDEO_ID } from '@rushes/shared/testing';
import { segmentSubject } from '@rushes/shared/tracks';
import { composePackage } from './core/compose.ts';
import type { PackageFacts } from './core/facts.ts';
import { FOLDER, growing, sampleAudio, samplePackage, sampleVideo } from './core/sample-facts.ts';
import { growVideo } from './grow.ts';
import { memoryStorage } from './memory-storage.ts';
import { picturesOf, storeFacts } from './sample-published.ts';

/** Frames of each segment of a growing ladder. */
export const FRAMES = [180, 180, 180, 180, 60];
/** The same of its sound, in samples. */
export const SOUND = [288_768, 288_768, 288_768, 288_768, 95_232];
/** A ladder of two with sound, of which the growing package is the beginning; of few bytes, since they are really stored. */
export const whole = samplePackage({
  videos: [
    sampleVideo({ frames: FRAMES, bitrate: 80_000 }),
    sampleVideo({ id: 'h264-480', width: 854, height: 480, frames: FRAMES, bitrate: 40_000 }),
  ],
  audios: [sampleAudio({ durations: SOUND, bitrate: 16_000 })],
});

/** The plan that the ladder was made by. */
function planned({ videos, audios }: PackageFacts): VideoEvent {
  const { data } = a.inspected();
  const plan: InspectedData['plan'] = {
    ...data.plan,
    renditions: videos.map(({ id, rendition: { codec, width, height } }) => ({
      ...{ id, codec, width, height, crf: 23, maxrate: 3_500_000, bufsize: 5_250_000 },
      ...{ mode: 'encode', reason: '' },
    })),
    audio: audios.map(({ id, audio: { channels, bitrate, language } }) => ({
      ...{ id, codec: 'aac', channels, bitrate, language, sourceStream: 1 },
    })),
  };
  return inspected({ videoId: VIDEO_ID, generation: 1, service: 'test', now: new Date(0) }, { ...data, plan });
}

/** A video that plays with the beginning of `first`, of a ladder that is being made. */
export function given(first = growing(whole, 2), ladder = whole) {
  const bucket = memoryStorage();
  storeFacts(bucket, first);
  for (const { key, text, contentType, cacheControl } of composePackage(first)) {
    bucket.store(key, text, contentType, cacheControl);
  }
  const eventLog = createMemoryLog('packager', () => new Date(0));
  const begun = [a.requested(), a.uploaded(), planned(ladder), a.transcoded('first'), picturesOf(first)];
  eventLog.add(...begun, a.packaged('first'));
  const deps = {
    ...{ eventLog, storage: bucket.storage, bucket: 'media' },
    ...{ log: createLogger('packager', 'silent'), told: new Set<string>() },
  };
  const { signal } = new AbortController();
  const send = (body: unknown, subject = segmentSubject(VIDEO_ID)) =>
    growVideo(deps, { subject, body: typeof body === 'string' ? body : JSON.stringify(body), signal });
  /** Announces what facts hold, as the transcoder does. */
  const announce = (facts: PackageFacts, generation = 1) =>
    send({
      ...{ generation, attempt: 1 },
      tracks: [...facts.videos, ...facts.audios].map(({ id, track, segments }) => ({
        ...{ rendition: id, segments: segments.length },
        track: track.init.key.replace('init.mp4', 'track.json'),
      })),
    });
  /** Stores what facts hold, and announces it. */
  const encode = (facts: PackageFacts) => {
    storeFacts(bucket, facts);
    return announce(facts);
  };
  const text = (name: string) => bucket.objects.get(`${FOLDER}/hls/${name}`)?.body.toString();
  bucket.writes.length = 0;
  return { bucket, deps, eventLog, send, announce, encode, text };
}

/** What a package would be published as. */
export const published = (facts: PackageFacts, name: string) =>
  composePackage(facts).find(({ key }) => key.endsWith(`/${name}`))?.text;
