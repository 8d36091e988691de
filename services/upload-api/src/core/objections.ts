import type { ProblemCode } from '@rushes/shared/http';
import type { Objection } from '@rushes/shared/video';

/** What a client is told when the log's rules refuse its wish. */
export const OBJECTIONS: Record<Objection, { code: ProblemCode; detail: string }> = {
  not_found: { code: 'not_found', detail: 'There is no such video.' },
  exists: { code: 'wrong_state', detail: 'This video exists already.' },
  video_deleted: {
    code: 'video_deleted',
    detail: 'This video is deleted, and nothing about it can be changed any more.',
  },
  already_uploaded: {
    code: 'already_uploaded',
    detail: 'The file of this video is here already. To replace it, upload it as a new video.',
  },
  upload_closed: {
    code: 'wrong_state',
    detail: 'The upload of this video was cancelled or has run out of time. Register the video anew.',
  },
  upload_open: { code: 'wrong_state', detail: 'The time of this upload has not run out yet.' },
  wrong_state: {
    code: 'wrong_state',
    detail: 'The video is not in a state that allows this. Wait until it is ready or failed.',
  },
  wrong_generation: { code: 'wrong_state', detail: 'The video is being made anew meanwhile. Read it again and retry.' },
  generation_closed: { code: 'wrong_state', detail: 'The processing of this video has ended already.' },
  out_of_order: { code: 'wrong_state', detail: 'A step before this one is missing. Read the video again and retry.' },
  already_there: { code: 'wrong_state', detail: 'This is done already.' },
};
