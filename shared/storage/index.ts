export { gatherObjects } from './gather.ts';
export { type PresignedPut, presignGet, presignPut } from './presign.ts';
export { createS3Client, createStorage, storageCheck } from './storage.ts';
export { readTrackFacts } from './track-facts.ts';
export { IMMUTABLE, type ObjectFacts, type PutOptions, type PutResult, type Storage } from './types.ts';
