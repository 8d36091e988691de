import { join } from 'node:path';
import { findTools } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { inject } from 'vitest';
import type { Api } from '../../setup/client.ts';
import { createServices, type Services } from './services.ts';

/** What every fault test has: servers that run, services it starts itself, a client, clips. */
export interface World {
  api: Api;
  home: string;
  endpoints: ReturnType<typeof inject<'endpoints'>>;
  services: Services;
  /** Two seconds: the smallest video that takes every way. */
  shortClip(): Promise<string>;
  /** Half a minute in five segments and small pictures: long enough to be in the middle of it. */
  longClip(): Promise<string>;
  /** Two minutes in 21 segments: long enough to be shared by two workers. */
  sharedClip(): Promise<string>;
}

export function createWorld(): World {
  const endpoints = inject('endpoints');
  const home = inject('home');
  const clip = (name: string, seconds: number, audio: boolean) =>
    makeClip(findTools(process.env).ffmpeg, join(home, 'clips'), {
      name,
      seconds,
      width: 320,
      height: 180,
      rate: '30',
      audio,
    });
  return {
    endpoints,
    home,
    api: { origin: endpoints.origin },
    services: createServices(home, () => endpoints),
    shortClip: () => clip('short.mp4', 2, true),
    longClip: () => clip('long.mp4', 30, true),
    sharedClip: () => clip('shared.mp4', 123, true),
  };
}
