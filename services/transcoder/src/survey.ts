import { Failure, type FailureCode } from '@rushes/shared/errors';
import { runFfmpeg } from '@rushes/shared/media';
import { surveyOptions } from './core/copy.ts';
import type { Rate } from './core/rate.ts';
import { createSurvey, type Survey, Unfit } from './core/survey.ts';
import type { TranscoderDeps } from './ports.ts';
import { openInlet, socketFolder } from './sockets.ts';

export interface SurveyJob {
  /** Local copy of the source. */
  path: string;
  /** At which its pictures are thought to come. */
  rate: Rate;
  /** As its header says. */
  durationSeconds: number;
  scratch: string;
  signal: AbortSignal;
}

/** Reading is faster than watching. Seconds until it is stopped. */
const SHORTEST_TIMEOUT = 600;

/** What ffmpeg says of a source that it cannot read; whatever else happens to it is no fault of the source. */
const FAULTS_OF_SOURCE: ReadonlySet<FailureCode> = new Set(['corrupt', 'tool_failed', 'unsupported_codec']);

/**
 * Looks at all pictures of a source one by one, without decoding them; ends with the first that cannot be passed on. The same
 * source always gives the same survey.
 * @returns Unfit, which says why its pictures cannot be passed on as they are
 * @throws Failure `tool_killed`, `tool_stalled`; the signal's reason when aborted
 */
export async function surveyPictures(job: SurveyJob, deps: Pick<TranscoderDeps, 'tools'>): Promise<Survey | Unfit> {
  const stopped = new AbortController();
  const sockets = await socketFolder(job.scratch);
  const inlet = await openInlet(sockets.path, 'survey.sock');
  const signal = AbortSignal.any([job.signal, stopped.signal]);
  const close = () => inlet.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    const ffmpeg = runFfmpeg({
      ffmpegPath: deps.tools.ffmpegPath,
      inputs: [{ path: job.path }],
      outputs: [{ url: inlet.url, options: surveyOptions(job.rate) }],
      signal,
      stallSeconds: deps.tools.stallSeconds,
      timeoutSeconds: SHORTEST_TIMEOUT + job.durationSeconds,
    }).finally(close);
    const survey = createSurvey(job.rate);
    const look = inlet
      .read(async (piece) => survey.push(piece))
      .catch((error: unknown) => {
        if (!signal.aborted) stopped.abort(error);
        throw error;
      });
    const [ended, looked] = await Promise.allSettled([ffmpeg, look]);
    job.signal.throwIfAborted();
    // What was seen explains why ffmpeg was stopped; a stream that broke off is explained by how ffmpeg ended.
    if (looked.status === 'rejected' && looked.reason instanceof Unfit) return looked.reason;
    if (ended.status === 'rejected') return unfitBy(ended.reason);
    if (looked.status === 'rejected') return unfitBy(looked.reason);
    return endOf(survey);
  } finally {
    signal.removeEventListener('abort', close);
    await sockets.remove();
  }
}

function endOf(survey: ReturnType<typeof createSurvey>): Survey | Unfit {
  try {
    return survey.end();
  } catch (error) {
    return unfitBy(error);
  }
}

/** Whatever ffmpeg makes of a strange source, and we do not understand, is no reason to refuse the video: it can be encoded. */
function unfitBy(error: unknown): Unfit {
  if (error instanceof Unfit) return error;
  if (error instanceof Failure && !FAULTS_OF_SOURCE.has(error.code)) throw error;
  return new Unfit('its pictures cannot be read one by one', { cause: error });
}
