/**
 * Every way a generation of a video can fail, in one table. `message` is for the person who uploaded it; a stage may say
 * it more exactly. `retryable` failures are tried again and never published by themselves: when the attempts are used up
 * the published code is `attempts_exhausted`. Codes are never reused. `docs/errors.md` lists them; a test compares both.
 */
export const FAILURES = {
  not_a_video: { retryable: false, message: 'The file holds no video. Upload a video file.' },
  no_video_stream: {
    retryable: false,
    message: 'The file has no video stream, only sound or data. Upload a file with a picture.',
  },
  corrupt: {
    retryable: false,
    message: 'The file is damaged or cut short and cannot be decoded. Export or copy it again and upload the new file.',
  },
  unsupported_codec: {
    retryable: false,
    message: 'The video uses a codec that cannot be decoded here. Export it as H.264 and upload that.',
  },
  too_long: { retryable: false, message: 'The video is longer than the limit. Upload a shorter one.' },
  too_large: { retryable: false, message: 'The picture has more pixels than the limit. Upload a smaller resolution.' },
  forbidden_content: {
    retryable: false,
    message: 'The file refers to other files or addresses, which is not allowed. Upload the video itself.',
  },
  source_changed: {
    retryable: false,
    message: 'The uploaded object was replaced after it was accepted. Upload the video again.',
  },
  source_missing: { retryable: false, message: 'The uploaded object is gone. Upload the video again.' },
  package_invalid: {
    retryable: false,
    message:
      'The finished package did not pass our own checks and was not published. Please report it with the video id.',
  },
  attempts_exhausted: {
    retryable: false,
    message:
      'Processing stopped again and again without finishing. Try to reprocess the video; if it fails again, report it with the video id.',
  },
  stalled: {
    retryable: false,
    message:
      'Processing came to a halt and did not go on when it was asked to. Reprocess the video; if it stops again, report it with the video id.',
  },
  storage_unavailable: { retryable: true, message: 'Object storage did not answer.' },
  bus_unavailable: { retryable: true, message: 'The event log did not answer.' },
  disk_full: { retryable: true, message: 'The scratch disk is full.' },
  tool_killed: { retryable: true, message: 'A media tool was killed from outside, most often for lack of memory.' },
  tool_stalled: { retryable: true, message: 'A media tool made no progress and was stopped.' },
  tool_failed: { retryable: true, message: 'A media tool stopped with an error that is not known.' },
  internal: { retryable: true, message: 'Something went wrong inside.' },
} as const satisfies Record<string, { retryable: boolean; message: string }>;

export type FailureCode = keyof typeof FAILURES;

/**
 * A failure with a code of the table above. Thrown by the shell of a stage; the worker loop decides from the table
 * whether to publish `failed` or to try again.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  /** Technical cause for the log; never shown to a client. */
  readonly detail: string | undefined;

  constructor(code: FailureCode, options: { message?: string; detail?: string; cause?: unknown } = {}) {
    super(options.message ?? FAILURES[code].message, { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
  }

  get retryable(): boolean {
    return FAILURES[this.code].retryable;
  }
}

/** What an unknown thrown value is, as a Failure: codes of Node, the AWS SDK and NATS are recognised, the rest is `internal`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Error && error.name === 'NatsError') {
    return new Failure('bus_unavailable', { cause: error, detail: String(error) });
  }
  const code = systemCodeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Failure('disk_full', { cause: error, detail: String(error) });
  if (code !== undefined && UNREACHABLE.has(code)) {
    return new Failure('storage_unavailable', { cause: error, detail: String(error) });
  }
  return new Failure('internal', {
    cause: error,
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return systemCodeOf(error.cause);
}
