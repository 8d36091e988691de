export { a, VIDEO_ID } from './events.ts';
export { type Clip, makeClip, realClip } from './footage.ts';
export { createMemoryLog, type MemoryLog } from './memory-log.ts';
export { given } from './specification.ts';
