export { createStageDeps, type StageConfig } from './deps.ts';
export { HandBack, StageStopped, sweepScratch } from './job.ts';
export { startStage } from './stage.ts';
export type { StageContext, StageDefinition, StageDeps, StageVerb, Step } from './types.ts';
