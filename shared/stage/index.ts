export { createStageDeps, type StageConfig } from './deps.ts';
export { createScratch, HandBack, StageStopped, sweepScratch } from './job.ts';
export { createScratchAccount, measureRoom, type Reservation, type ScratchAccount } from './scratch.ts';
export { startStage } from './stage.ts';
export type { StageContext, StageDefinition, StageDeps, StageVerb, Step } from './types.ts';
