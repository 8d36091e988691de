import { z } from 'zod';
import { videoViewSchema } from '../video/index.ts';
import type { ProblemCode } from './problems.ts';
import {
  completeUploadSchema,
  createdVideoSchema,
  createVideoSchema,
  deadLetterAnswerSchema,
  deadLetterQuerySchema,
  deadLettersAnswerSchema,
  eventsAnswerSchema,
  listAnswerSchema,
  listQuerySchema,
  liveQuerySchema,
  noQuerySchema,
  replayAnswerSchema,
  reprocessSchema,
  signedPartsSchema,
  signPartsSchema,
  updateVideoSchema,
  uploadAnswerSchema,
  uploadStateSchema,
  videoAnswerSchema,
} from './schemas.ts';

/** A call of the public API. `answer` without schema: no body, a redirect, or a stream. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `:id` where the video's id stands. */
  path: string;
  service: 'upload-api' | 's3-event-ingest' | 'catalog';
  summary: string;
  query: z.ZodType;
  body?: z.ZodType;
  answer: { status: number; schema?: z.ZodType; type?: string };
  problems: readonly ProblemCode[];
}

const CHANGE = ['validation_failed', 'not_found', 'video_deleted', 'unavailable'] as const;
const READ = ['validation_failed', 'not_found', 'behind', 'unavailable'] as const;

/** Every route of the contract: validation, types and the OpenAPI document come from here. */
export const routes = {
  createVideo: {
    method: 'POST',
    path: '/v1/videos',
    service: 'upload-api',
    summary: 'Register a video and get a link to upload it to',
    query: noQuerySchema,
    body: createVideoSchema,
    answer: { status: 201, schema: createdVideoSchema },
    problems: ['validation_failed', 'idempotency_conflict', 'payload_too_large', 'too_large_for_single', 'unavailable'],
  },
  getUpload: {
    method: 'GET',
    path: '/v1/videos/:id/upload',
    service: 'upload-api',
    summary: 'How far the upload has come, and how to go on',
    query: noQuerySchema,
    answer: { status: 200, schema: uploadStateSchema },
    problems: [...CHANGE, 'already_uploaded', 'wrong_state'],
  },
  signParts: {
    method: 'POST',
    path: '/v1/videos/:id/upload/parts',
    service: 'upload-api',
    summary: 'Links for parts of a multipart upload',
    query: noQuerySchema,
    body: signPartsSchema,
    answer: { status: 200, schema: signedPartsSchema },
    problems: [...CHANGE, 'already_uploaded', 'wrong_state', 'not_multipart'],
  },
  completeUpload: {
    method: 'POST',
    path: '/v1/videos/:id/upload/complete',
    service: 'upload-api',
    summary: 'Put the parts of a multipart upload together',
    query: noQuerySchema,
    body: completeUploadSchema,
    answer: { status: 200, schema: videoAnswerSchema },
    problems: [...CHANGE, 'wrong_state', 'not_multipart', 'parts_mismatch'],
  },
  renewUpload: {
    method: 'POST',
    path: '/v1/videos/:id/upload/renew',
    service: 'upload-api',
    summary: 'A fresh link and a fresh time limit',
    query: noQuerySchema,
    answer: { status: 200, schema: uploadAnswerSchema },
    problems: [...CHANGE, 'already_uploaded', 'wrong_state'],
  },
  cancelUpload: {
    method: 'DELETE',
    path: '/v1/videos/:id/upload',
    service: 'upload-api',
    summary: 'Call the upload off',
    query: noQuerySchema,
    answer: { status: 204 },
    problems: [...CHANGE, 'already_uploaded'],
  },
  updateVideo: {
    method: 'PATCH',
    path: '/v1/videos/:id',
    service: 'upload-api',
    summary: 'Change what a person wrote, or the poster',
    query: noQuerySchema,
    body: updateVideoSchema,
    answer: { status: 200, schema: videoAnswerSchema },
    problems: [...CHANGE, 'precondition_failed'],
  },
  deleteVideo: {
    method: 'DELETE',
    path: '/v1/videos/:id',
    service: 'upload-api',
    summary: 'Delete a video and all of its files',
    query: noQuerySchema,
    answer: { status: 202 },
    problems: ['validation_failed', 'not_found', 'precondition_failed', 'unavailable'],
  },
  reprocessVideo: {
    method: 'POST',
    path: '/v1/videos/:id/reprocess',
    service: 'upload-api',
    summary: 'Make everything anew from the same source',
    query: noQuerySchema,
    body: reprocessSchema,
    answer: { status: 202, schema: videoAnswerSchema },
    problems: [...CHANGE, 'wrong_state', 'source_missing'],
  },
  getSource: {
    method: 'GET',
    path: '/v1/videos/:id/source',
    service: 'upload-api',
    summary: 'The original, by a redirect to a presigned link',
    query: noQuerySchema,
    answer: { status: 302 },
    problems: [...CHANGE, 'source_missing', 'wrong_state'],
  },
  s3Webhook: {
    method: 'POST',
    path: '/webhooks/s3',
    service: 's3-event-ingest',
    summary: 'Notifications of an S3 store that has no queue; the token as bearer',
    query: z.looseObject({}),
    answer: { status: 202 },
    problems: ['validation_failed', 'unauthorized', 'payload_too_large', 'unavailable'],
  },
  s3WebhookWithToken: {
    method: 'POST',
    path: '/webhooks/s3/:token',
    service: 's3-event-ingest',
    summary: 'The same for stores that can send no header; the token in the path',
    query: z.looseObject({}),
    answer: { status: 202 },
    problems: ['validation_failed', 'unauthorized', 'payload_too_large', 'unavailable'],
  },
  listVideos: {
    method: 'GET',
    path: '/v1/videos',
    service: 'catalog',
    summary: 'Videos by status, tag and words, a page at a time',
    query: listQuerySchema,
    answer: { status: 200, schema: listAnswerSchema },
    problems: ['validation_failed', 'behind', 'unavailable'],
  },
  getVideo: {
    method: 'GET',
    path: '/v1/videos/:id',
    service: 'catalog',
    summary: 'One video',
    query: noQuerySchema,
    answer: { status: 200, schema: videoViewSchema },
    problems: READ,
  },
  getEvents: {
    method: 'GET',
    path: '/v1/videos/:id/events',
    service: 'catalog',
    summary: 'The history of a video',
    query: noQuerySchema,
    answer: { status: 200, schema: eventsAnswerSchema },
    problems: READ,
  },
  watchVideo: {
    method: 'GET',
    path: '/v1/videos/:id/live',
    service: 'catalog',
    summary: 'One video as it changes (server-sent events)',
    query: noQuerySchema,
    answer: { status: 200, type: 'text/event-stream' },
    problems: READ,
  },
  watchVideos: {
    method: 'GET',
    path: '/v1/live',
    service: 'catalog',
    summary: 'All videos as they change (server-sent events)',
    query: liveQuerySchema,
    answer: { status: 200, type: 'text/event-stream' },
    problems: ['validation_failed', 'unavailable'],
  },
  listDeadLetters: {
    method: 'GET',
    path: '/v1/dead-letters',
    service: 'catalog',
    summary: 'What went wrong for good: events that do not parse, videos that failed without a fault of their file',
    query: deadLetterQuerySchema,
    answer: { status: 200, schema: deadLettersAnswerSchema },
    problems: ['validation_failed', 'behind', 'unavailable'],
  },
  getDeadLetter: {
    method: 'GET',
    path: '/v1/dead-letters/:deadLetterId',
    service: 'catalog',
    summary: 'One dead letter with all that is known of it',
    query: noQuerySchema,
    answer: { status: 200, schema: deadLetterAnswerSchema },
    problems: READ,
  },
  replayDeadLetter: {
    method: 'POST',
    path: '/v1/dead-letters/:deadLetterId/replay',
    service: 'catalog',
    summary: 'Fold the video of a quarantined event again; a failed video is reprocessed instead',
    query: noQuerySchema,
    answer: { status: 200, schema: replayAnswerSchema },
    problems: [...READ, 'wrong_state'],
  },
  discardDeadLetter: {
    method: 'DELETE',
    path: '/v1/dead-letters/:deadLetterId',
    service: 'catalog',
    summary: 'Put a dead letter aside',
    query: noQuerySchema,
    answer: { status: 204 },
    problems: READ,
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
