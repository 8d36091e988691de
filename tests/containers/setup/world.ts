import { type Endpoints, findTools } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import type { VideoView } from '@rushes/shared/video';
import { expect, inject } from 'vitest';
import { expectWhole, HAPPY, verbsOf } from '../../faults/setup/truth.ts';
import { type Api, call, getEvents, put, register, until } from '../../setup/client.ts';
import { type Containers, containersOf } from './containers.ts';
import type { System } from './system.ts';

/** What a test does with a system from outside, as a client, and to its containers. */
export interface World {
  system: System;
  api: Api;
  containers: Containers;
  /** Registers and uploads a clip; its id. */
  upload(clip: string): Promise<string>;
  /** Waits until a video is ready, whatever is down meanwhile, and looks at all that must hold of it then. */
  untilWhole(id: string, seconds?: number): Promise<void>;
  /** What the catalog says of a video; null while nobody can say. */
  read(id: string): Promise<VideoView | null>;
}

export function createWorld(system: System): World {
  const api = { origin: system.origin };
  const read = async (id: string) => {
    const answer = await call(api, 'GET', `/v1/videos/${id}`).catch(() => null);
    return answer?.status === 200 ? (answer.json as VideoView) : null;
  };
  return {
    system,
    api,
    read,
    containers: containersOf(system),
    async upload(clip) {
      const created = await register(api, clip);
      expect(await put(created, clip)).toBe(200);
      return created.video.id;
    },
    async untilWhole(id, seconds = 90) {
      const video = await until(
        `video ${id} to be done`,
        () => read(id),
        (found) => found !== null && (found.final || found.status === 'failed'),
        seconds,
      );
      expect(video).toMatchObject({ status: 'ready', final: true, error: null });
      await expectWhole(api, { media: system.media } as Endpoints, id);
      expect(verbsOf(await getEvents(api, id))).toEqual(HAPPY);
    },
  };
}

const clip = (name: string, seconds: number) =>
  makeClip(findTools(process.env).ffmpeg, inject('clips'), {
    name,
    seconds,
    width: 320,
    height: 180,
    rate: '30',
    audio: true,
  });
/** Two seconds: the smallest video that takes every way. */
export const shortClip = () => clip('short.mp4', 2);
/** Long enough to be in the middle of it. */
export const longClip = () => clip('long.mp4', 28);
