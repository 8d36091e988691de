import { z } from 'zod';

/** Every problem a client can meet, in one table (RFC 9457). Codes are never reused. `docs/errors.md` lists them; a test compares both. */
export const PROBLEMS = {
  validation_failed: { status: 400, title: 'Some fields are wrong' },
  unauthorized: { status: 401, title: 'A valid token or key is needed' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  idempotency_conflict: { status: 409, title: 'This Idempotency-Key was used with another body' },
  already_uploaded: { status: 409, title: 'The video is uploaded already' },
  video_deleted: { status: 409, title: 'The video is deleted' },
  wrong_state: { status: 409, title: 'The video is not in a state that allows this' },
  not_multipart: { status: 409, title: 'The upload is not a multipart upload' },
  source_missing: { status: 409, title: 'The source is not there' },
  precondition_failed: { status: 412, title: 'The video was changed meanwhile' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  parts_mismatch: { status: 422, title: 'The parts are not the ones that were uploaded' },
  too_large_for_single: { status: 422, title: 'Too large for a single PUT' },
  rate_limited: { status: 429, title: 'Too many requests' },
  behind: { status: 503, title: 'The read model has not caught up yet' },
  unavailable: { status: 503, title: 'Something needed does not answer' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export const fieldErrorSchema = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldErrorSchema>;

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  errors: z.array(fieldErrorSchema).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Thrown by a handler; the server answers with it. `detail` is for a person, and holds nothing internal. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.code = code;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

export function problemOf(code: ProblemCode, detail: string, errors?: FieldError[]): Problem {
  return {
    type: `urn:rushes:problem:${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    code,
    detail,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Zod's issues as field errors, unknown fields each by their own name. `base` is the JSON pointer of the parsed value. */
export function fieldErrors(error: z.ZodError, base = ''): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = base + issue.path.map((part) => `/${String(part)}`).join('');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: `${path}/${key}`, message: 'is not known' }));
    }
    return [{ path: path === '' ? '/' : path, message: issue.message }];
  });
}
