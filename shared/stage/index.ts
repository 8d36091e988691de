export { createStageDeps, type StageConfig } from './deps.ts';
export { StageStopped, sweepScratch } from './job.ts';
export { type StageDeps, startStage } from './stage.ts';
export type { StageContext, StageDefinition, StageVerb, Step } from './types.ts';
