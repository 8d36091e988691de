import type { Problem } from '@rushes/shared/http/problems';

/** What went wrong with a call, in words for the person who caused it. */
export interface Trouble {
  /** One short sentence. */
  readonly title: string;
  /** More about it, or what to do. */
  readonly detail: string;
  /** Stable code of the API or of S3; `network` when nothing answered. */
  readonly code: string;
  /** HTTP status; 0 when nothing answered. */
  readonly status: number;
  /** JSON pointer of each wrong field → what is wrong with it. */
  readonly fields: Readonly<Record<string, string>>;
}

export const NO_ANSWER: Trouble = {
  title: 'Rushes does not answer',
  detail: 'Check your connection; the page goes on by itself when it is back.',
  code: 'network',
  status: 0,
  fields: {},
};

/** A problem document of the API (RFC 9457), or whatever else came in its place. */
export function troubleOfAnswer(status: number, contentType: string, body: string): Trouble {
  const problem = contentType.includes('json') ? parseProblem(body) : undefined;
  if (problem === undefined) return troubleOfStatus(status);
  const fields = Object.fromEntries((problem.errors ?? []).map(({ path, message }) => [path, message]));
  return { title: problem.title, detail: problem.detail, code: problem.code, status, fields };
}

function parseProblem(body: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const known =
      typeof value === 'object' && value !== null && 'code' in value && 'detail' in value && 'title' in value;
    return known ? (value as Problem) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function troubleOfStatus(status: number): Trouble {
  const down = status === 502 || status === 503 || status === 504;
  return {
    title: down ? 'A part of Rushes is not running' : `Rushes answered with an error (${status})`,
    detail: down
      ? 'It is most likely starting again. Try once more in a moment.'
      : 'Try again; if it stays, look into the logs.',
    code: `http_${status}`,
    status,
    fields: {},
  };
}

/** What S3 says when it refuses a PUT, by its code. Everything else is shown in S3's own words. */
const S3_CODES: Record<string, { title: string; detail: string }> = {
  AccessDenied: {
    title: 'Storage refused the upload',
    detail: 'The link has expired, or the file is not the one it was made for. Try again: a fresh link is made.',
  },
  ExpiredToken: { title: 'The upload link has expired', detail: 'Try again: a fresh link is made.' },
  RequestTimeout: {
    title: 'Storage waited too long for data',
    detail: 'The connection is slow or was interrupted. Try again.',
  },
  EntityTooLarge: { title: 'The file is too large for one upload', detail: 'Storage takes at most 5 GiB at once.' },
  SignatureDoesNotMatch: {
    title: 'Storage refused the upload',
    detail: 'The file changed after it was chosen. Choose it again.',
  },
  SlowDown: { title: 'Storage is busy', detail: 'Wait a moment and try again.' },
  ServiceUnavailable: { title: 'Storage is busy', detail: 'Wait a moment and try again.' },
};

/** An error document of S3: `<Error><Code>…</Code><Message>…</Message></Error>`. @param status 0: no answer at all */
export function troubleOfStorage(status: number, body: string): Trouble {
  if (status === 0) {
    return {
      title: 'The connection to storage broke off',
      detail: 'Check your network and try again; nothing of the file is kept until all of it has arrived.',
      code: 'network',
      status,
      fields: {},
    };
  }
  const code = textOf(body, 'Code') ?? `http_${status}`;
  const known = S3_CODES[code];
  const words = textOf(body, 'Message') ?? 'No reason was given.';
  return {
    title: known?.title ?? `Storage refused the upload (${status})`,
    detail: known?.detail ?? `${words} Try again.`,
    code,
    status,
    fields: {},
  };
}

function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(xml)?.[1];
}
