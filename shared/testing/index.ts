export { a, VIDEO_ID } from './events.ts';
export { type Clip, makeClip, realClip } from './footage.ts';
export { given } from './specification.ts';
