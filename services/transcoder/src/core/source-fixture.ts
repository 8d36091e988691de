import type { Source, SourceAudio, SourceVideo } from '@rushes/shared/events';
import { type Profile, parseProfiles } from '@rushes/shared/profiles';

/** An ordinary clip, for the tests of this folder; each says only what differs. */
export function source(
  video: Partial<SourceVideo> = {},
  audio: Partial<SourceAudio>[] = [{}],
  container = 'mov,mp4',
): Source {
  return {
    container,
    durationSeconds: 10,
    size: 10_000_000,
    bitrate: 8_000_000,
    video: {
      codec: 'h264',
      profile: 'High',
      width: 1920,
      height: 1080,
      displayWidth: video.width ?? 1920,
      displayHeight: video.height ?? 1080,
      rotation: 0,
      sampleAspectRatio: '1:1',
      frameRate: '30/1',
      fps: 30,
      variableFrameRate: false,
      interlaced: false,
      pixelFormat: 'yuv420p',
      bitDepth: 8,
      hdr: null,
      gopSeconds: 2,
      startSeconds: 0,
      ...video,
    },
    audio: audio.map((stream, index) => ({
      index: index + 1,
      codec: 'aac',
      channels: 2,
      layout: 'stereo',
      sampleRate: 48_000,
      language: null,
      title: null,
      default: false,
      startSeconds: 0,
      ...stream,
    })),
    subtitles: [],
  };
}

const profiles = parseProfiles();

/** A built-in profile. */
export function profile(name: string): Profile {
  const found = profiles.get(name);
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}
