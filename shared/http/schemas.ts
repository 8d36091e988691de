import { z } from 'zod';
import { visibilitySchema } from '../events/index.ts';
import { profileNameSchema } from '../profiles/profile.ts';
import { VIDEO_STATUSES, videoViewSchema } from '../video/index.ts';

/** Limits of the contract; lengths in characters, sizes in bytes. */
export const LIMITS = {
  title: 200,
  description: 5_000,
  tags: 20,
  tag: 50,
  metadataPairs: 50,
  metadataKey: 40,
  metadataValue: 500,
  filename: 255,
  /** S3's limit for one PUT. */
  singlePutBytes: 5 * 1024 ** 3,
  /** S3's limit for one object. */
  objectBytes: 5 * 1024 ** 4,
  pageSize: 100,
} as const;

/**
 * Text that a person typed. Half a surrogate pair and NUL are valid JSON, but neither every JSON parser nor every database
 * takes them, and the log keeps what it was given for ever.
 */
const text = () =>
  z.string().refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed text');

const titleSchema = text()
  .trim()
  .min(1, 'must not be empty')
  .max(LIMITS.title, `must have at most ${LIMITS.title} characters`);
const descriptionSchema = text().max(LIMITS.description, `must have at most ${LIMITS.description} characters`);
const tagsSchema = z
  .array(text().trim().min(1, 'must not be empty').max(LIMITS.tag, `must have at most ${LIMITS.tag} characters`))
  .max(LIMITS.tags, `must have at most ${LIMITS.tags} entries`);
const metadataSchema = z
  .record(
    text().min(1, 'must not be empty').max(LIMITS.metadataKey, `must have at most ${LIMITS.metadataKey} characters`),
    text().max(LIMITS.metadataValue, `must have at most ${LIMITS.metadataValue} characters`),
  )
  .refine(
    (pairs) => Object.keys(pairs).length <= LIMITS.metadataPairs,
    `must have at most ${LIMITS.metadataPairs} pairs`,
  );

export const createVideoSchema = z.strictObject({
  title: titleSchema,
  description: descriptionSchema.optional(),
  filename: text().min(1, 'must not be empty').max(LIMITS.filename, `must have at most ${LIMITS.filename} characters`),
  contentType: z
    .string()
    .regex(
      /^(video\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}|application\/octet-stream)$/i,
      'must be video/* or application/octet-stream',
    ),
  size: z
    .int('must be a whole number of bytes')
    .min(1, 'must be at least 1')
    .max(LIMITS.objectBytes, `must be at most ${LIMITS.objectBytes}`),
  tags: tagsSchema.optional(),
  metadata: metadataSchema.optional(),
  profile: profileNameSchema.optional(),
  strategy: z.enum(['single', 'multipart']).optional(),
  visibility: visibilitySchema.optional(),
});
export type CreateVideo = z.infer<typeof createVideoSchema>;

export const updateVideoSchema = z
  .strictObject({
    title: titleSchema.optional(),
    description: descriptionSchema.optional(),
    tags: tagsSchema.optional(),
    metadata: metadataSchema.optional(),
    posterTime: z.number().min(0, 'must be at least 0 seconds').optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change at least one field');
export type UpdateVideo = z.infer<typeof updateVideoSchema>;

export const reprocessSchema = z.strictObject({ profile: profileNameSchema.optional() });

const partNumberSchema = z.int().min(1).max(10_000);
export const signPartsSchema = z.strictObject({ partNumbers: z.array(partNumberSchema).min(1).max(1_000) });
export const completeUploadSchema = z.strictObject({
  parts: z
    .array(z.strictObject({ partNumber: partNumberSchema, etag: z.string().min(1) }))
    .min(1)
    .max(10_000),
});

const timesSchema = { expiresAt: z.iso.datetime(), closesAt: z.iso.datetime() };
export const uploadSchema = z.discriminatedUnion('strategy', [
  z.object({
    strategy: z.literal('single'),
    method: z.literal('PUT'),
    url: z.url(),
    headers: z.record(z.string(), z.string()),
    ...timesSchema,
  }),
  z.object({ strategy: z.literal('multipart'), partSize: z.int(), partCount: z.int(), ...timesSchema }),
]);
export type UploadView = z.infer<typeof uploadSchema>;

export const createdVideoSchema = z.object({ video: videoViewSchema, upload: uploadSchema });
export const videoAnswerSchema = z.object({ video: videoViewSchema });
export const uploadAnswerSchema = z.object({ upload: uploadSchema });
export const uploadStateSchema = z.object({
  upload: uploadSchema,
  parts: z.array(z.object({ partNumber: z.int(), size: z.int(), etag: z.string() })),
});
export const signedPartsSchema = z.object({
  parts: z.array(
    z.object({
      partNumber: z.int(),
      url: z.url(),
      headers: z.record(z.string(), z.string()),
      expiresAt: z.iso.datetime(),
    }),
  ),
});

/** A parameter that may stand once or several times. */
const repeatable = <T extends z.ZodType>(one: T) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(one).optional());

const pageSizeSchema = z.coerce
  .number()
  .int()
  .min(1, 'must be at least 1')
  .max(LIMITS.pageSize, `must be at most ${LIMITS.pageSize}`)
  .default(20);

export const SORTS = ['-createdAt', 'createdAt', 'title', '-updatedAt'] as const;
export const listQuerySchema = z.strictObject({
  status: repeatable(z.enum(VIDEO_STATUSES)),
  tag: repeatable(z.string().min(1).max(LIMITS.tag)),
  q: z.string().max(200).optional(),
  sort: z.enum(SORTS).default('-createdAt'),
  limit: pageSizeSchema,
  cursor: z.string().max(2_000).optional(),
});
export type ListQuery = z.infer<typeof listQuerySchema>;

export const listAnswerSchema = z.object({ videos: z.array(videoViewSchema), nextCursor: z.string().nullable() });
export const eventsAnswerSchema = z.object({ events: z.array(z.looseObject({ id: z.string(), type: z.string() })) });
export const liveQuerySchema = z.strictObject({ since: z.coerce.number().int().min(0).optional() });

export const deadLetterQuerySchema = z.strictObject({
  kind: z.enum(['event', 'video']).optional(),
  /** Those that were put aside, instead of those that wait for somebody. */
  discarded: z.enum(['true', 'false']).default('false'),
  limit: pageSizeSchema,
  cursor: z.string().max(2_000).optional(),
});
export type DeadLetterQuery = z.infer<typeof deadLetterQuerySchema>;

const deadLetterFields = { id: z.string(), videoId: z.string(), discardedAt: z.string().nullable() };
/** An event that does not parse. `problems` are what this version finds; none: replaying it will take it. */
const deadEventFields = {
  ...deadLetterFields,
  kind: z.literal('event'),
  sequence: z.int(),
  verb: z.string(),
  problems: z.array(z.string()),
};
/** A video whose newest generation failed though nothing is known to be wrong with its file. */
const deadVideoFields = {
  ...deadLetterFields,
  kind: z.literal('video'),
  generation: z.int(),
  title: z.string(),
  error: z.object({ stage: z.string(), code: z.string(), message: z.string() }),
};
export const deadLetterSchema = z.discriminatedUnion('kind', [z.object(deadEventFields), z.object(deadVideoFields)]);
export const deadLettersAnswerSchema = z.object({
  deadLetters: z.array(deadLetterSchema),
  nextCursor: z.string().nullable(),
});
/** `body`: the stored event as it is. `history`: path of all events of the video. */
export const deadLetterAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ ...deadEventFields, body: z.string(), history: z.string() }),
  z.object({
    ...deadVideoFields,
    attempts: z.int().nullable(),
    failedAt: z.string().nullable(),
    history: z.string(),
  }),
]);
/** `video` is null when its history still makes none. */
export const replayAnswerSchema = z.object({ deadLetter: deadLetterSchema, video: videoViewSchema.nullable() });
export const noQuerySchema = z.strictObject({});
