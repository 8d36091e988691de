export type { Endpoints } from '../embedded/endpoints.ts';
export { findTools, type Tools } from '../embedded/tools.ts';
export { freePort } from './free-port.ts';
export { startNats, type TestNats } from './nats.ts';
export { type PlatformOptions, startPlatform, type TestPlatform } from './platform.ts';
