export { entryFor, type GenerationEntry, isSameEntry, type OpenEntry, parseOpenEntry } from './entry.ts';
export { OPEN_VIDEOS, type OpenVideo, type OpenVideosPage, readOpenVideos } from './read.ts';
