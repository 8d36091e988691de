export {
  type Command,
  type CommandContext,
  type Decision,
  decide,
  type FoundObject,
  isWorkable,
  type StageResult,
} from './decide.ts';
export { evolve, fold } from './evolve.ts';
export { isFinishedFor, type OpenJob, openJobs, type StageName } from './open-jobs.ts';
export { present } from './present.ts';
export { type Objection, objectionTo } from './rules.ts';
export {
  type Generation,
  isOpen,
  noVideo,
  type StoredSource,
  tierRank,
  UPLOAD_STATUSES,
  type Upload,
  VIDEO_STATUSES,
  type Video,
  type VideoState,
  type VideoStatus,
} from './state.ts';
export { renditionViewSchema, type VideoView, videoViewSchema } from './view.ts';
