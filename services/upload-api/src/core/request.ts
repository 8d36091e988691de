import type { RequestedData } from '@rushes/shared/events';
import { type CreateVideo, type FieldError, LIMITS } from '@rushes/shared/http';
import { DEFAULT_PROFILE, type Profiles } from '@rushes/shared/profiles';

/** What cannot be said in a schema, since it depends on the configuration. */
export type Complaint =
  | { code: 'validation_failed'; errors: FieldError[] }
  | { code: 'too_large_for_single'; detail: string };

/**
 * Checks a request against the limits that are set here; null: nothing to complain about.
 * @param limits `MAX_UPLOAD_BYTES`, and all profiles there are
 */
export function complaintAbout(
  body: CreateVideo,
  { maxUploadBytes, profiles }: { maxUploadBytes: number; profiles: Profiles },
): Complaint | null {
  const errors: FieldError[] = [];
  if (body.size > maxUploadBytes) errors.push({ path: '/size', message: `must be at most ${maxUploadBytes}` });
  errors.push(...profileErrors(body.profile, profiles));
  if (body.strategy === 'multipart') {
    errors.push({ path: '/strategy', message: 'multipart is not offered yet; leave it out or say single' });
  }
  if (errors.length > 0) return { code: 'validation_failed', errors };
  if (body.size > LIMITS.singlePutBytes) {
    const detail = `One PUT takes at most ${LIMITS.singlePutBytes} bytes, and uploads in parts are not offered yet.`;
    return { code: 'too_large_for_single', detail };
  }
  return null;
}

/** Also for reprocess; an absent profile is no error. */
export function profileErrors(profile: string | undefined, profiles: Profiles): FieldError[] {
  if (profile === undefined || profiles.has(profile)) return [];
  return [{ path: '/profile', message: `is not known; there are ${[...profiles.keys()].join(', ')}` }];
}

/** What `requested` says: the body with its defaults, and where and until when the object is expected. */
export function requestedData(
  body: CreateVideo,
  place: Pick<RequestedData, 'bucket' | 'key' | 'closesAt'>,
): RequestedData {
  return {
    title: body.title,
    description: body.description ?? '',
    tags: body.tags ?? [],
    metadata: body.metadata ?? {},
    filename: body.filename,
    contentType: body.contentType,
    size: body.size,
    profile: body.profile ?? DEFAULT_PROFILE,
    visibility: body.visibility ?? 'public',
    strategy: 'single',
    ...place,
  };
}
