export { type Cancelled, type CancelledData, cancelled } from './cancelled.ts';
export { type Deleted, type DeletedData, deleted } from './deleted.ts';
export { type EventContext, type EventOf, envelopeSchema, eventId } from './envelope.ts';
export { type Expired, type ExpiredData, expired } from './expired.ts';
export { type Failed, type FailedData, failed } from './failed.ts';
export {
  type AudioTrack,
  audioTrackSchema,
  type Mp4File,
  type Rendition,
  renditionSchema,
  type SubtitleTrack,
  TIERS,
  type Tier,
  tierSchema,
  type Visibility,
  videoIdSchema,
  visibilitySchema,
  type Warning,
  warningSchema,
} from './fields.ts';
export {
  type Inspected,
  type InspectedData,
  inspected,
  type Plan,
  type PlannedAudio,
  type PlannedMp4,
  type PlannedRendition,
  type Source,
  type SourceAudio,
  type SourceVideo,
  sourceSchema,
} from './inspected.ts';
export { type Packaged, type PackagedData, packaged } from './packaged.ts';
export {
  type DataOf,
  dataSchemas,
  type EventOfVerb,
  type ParsedEvent,
  parseEvent,
  subjectOf,
  VERBS,
  type Verb,
  type VideoEvent,
  verbOf,
} from './parse.ts';
export { type Reprocessed, type ReprocessedData, reprocessed } from './reprocessed.ts';
export { type Requested, type RequestedData, requested } from './requested.ts';
export { type Poster, type Thumbnailed, type ThumbnailedData, thumbnailed } from './thumbnailed.ts';
export { type Transcoded, type TranscodedData, transcoded } from './transcoded.ts';
export { type Updated, type UpdatedData, updated } from './updated.ts';
export { type Uploaded, type UploadedData, uploaded } from './uploaded.ts';
