export type { Followed, FollowOptions } from './follow.ts';
export { createLog, type Executed, type ExecuteOptions, type History, type Log, type LogDeps } from './log.ts';
export { type Page, readLast, readPage, type StoredMessage } from './pages.ts';
export { type Entry, STREAM } from './read.ts';
