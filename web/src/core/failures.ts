import type { FailureCode } from '@rushes/shared/errors';

export interface Advice {
  /** What a person can do about it, most promising first. */
  readonly steps: readonly string[];
  /** Whether making it anew from the same file may end differently. */
  readonly retry: boolean;
}

const ANOTHER = 'Upload another file.';
const REPORT = 'If it happens again, report it with the video’s id.';
const again = (first: string): Advice => ({ steps: [first, REPORT], retry: true });
const replace = (...steps: string[]): Advice => ({ steps, retry: false });

const ADVICE: Record<FailureCode, Advice> = {
  not_a_video: replace('Check that you chose the video itself, not a document with a video’s name.', ANOTHER),
  no_video_stream: replace('Export it again with the picture switched on.', ANOTHER),
  corrupt: replace(
    'Play the file on your computer to its end: if it stops there too, copy or export it again.',
    ANOTHER,
  ),
  unsupported_codec: replace('Export it as H.264 in an MP4 file, and upload that.'),
  too_long: replace('Cut it into shorter parts, and upload these.'),
  too_large: replace('Export it in a smaller picture size, 4K at most, or at a lower bit rate, and upload that.'),
  forbidden_content: replace('Export the video into a single file that needs no other, and upload that.'),
  source_changed: replace('Upload the file again, and leave the object in storage alone.'),
  source_missing: replace('Upload the file again.'),
  package_invalid: again('Make it anew: the file itself seems to be good.'),
  attempts_exhausted: again('Make it anew: the cause may have been a passing one.'),
  stalled: again('Make it anew: the cause may have been a passing one.'),
  storage_unavailable: again('Make it anew when object storage answers again.'),
  bus_unavailable: again('Make it anew when the event log answers again.'),
  disk_full: again('Free some space on the machine that transcodes, then make it anew.'),
  tool_killed: again('Give the machine that transcodes more memory, then make it anew.'),
  tool_stalled: again('Make it anew.'),
  tool_failed: again('Make it anew.'),
  internal: again('Make it anew.'),
};

/** @param code as in `error.code`; a newer service may send one that is not known here */
export function adviceFor(code: string): Advice {
  return Object.hasOwn(ADVICE, code) ? ADVICE[code as FailureCode] : again('Make it anew.');
}
