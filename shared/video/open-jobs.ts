import { isOpen, tierRank, type Video } from './state.ts';

/** The stages' names. */
export type StageName = 'transcoder' | 'thumbnailer' | 'packager';

/** A job that an open generation still waits for. */
export interface OpenJob {
  service: StageName;
  job: 'standard' | 'extended' | 'first';
}

/**
 * The jobs whose results an open generation still lacks, by the chain transcoded → thumbnailed → packaged of each tier; none
 * when nothing is to be done. An open generation always has one, so whatever is stuck can be asked for again. Pure.
 */
export function openJobs(video: Video): OpenJob[] {
  if (!isOpen(video)) return [];
  const { transcoded, thumbnailed, packaged } = video.current;
  const standard = tierRank('standard');
  const jobs: OpenJob[] = [];
  if (tierRank(transcoded?.tier) < standard) jobs.push({ service: 'transcoder', job: 'standard' });
  if (transcoded !== null && tierRank(thumbnailed?.tier) < tierRank(transcoded.tier)) {
    jobs.push({ service: 'thumbnailer', job: transcoded.tier });
  }
  if (thumbnailed?.tier !== undefined && tierRank(packaged?.tier) < tierRank(thumbnailed.tier)) {
    jobs.push({ service: 'packager', job: thumbnailed.tier });
  }
  if (packaged !== null && tierRank(packaged.tier) === standard && tierRank(transcoded?.tier) === standard) {
    jobs.push({ service: 'transcoder', job: 'extended' });
  }
  return jobs;
}

/** Whether a stage has appended its last result of a generation: nothing more will be asked of it there. */
export function isFinishedFor(video: Video, service: StageName): boolean {
  const { transcoded, thumbnailed, packaged } = video.current;
  return { transcoder: transcoded, thumbnailer: thumbnailed, packager: packaged }[service]?.final === true;
}
