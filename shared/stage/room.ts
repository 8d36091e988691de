import type { Delivery } from '../bus/index.ts';
import { Failure } from '../errors.ts';
import type { Video } from '../video/index.ts';
import { delayOf } from './delay.ts';
import type { StageDefinition, StageDeps } from './types.ts';

/** While other jobs of this process have the room: as long as a short job may take. */
const BUSY_MS = [3_000];
/** While the disk is too full, by how often the message came: somebody else has to make room. */
const LOW_MS = [5_000, 15_000, 60_000, 300_000];

/** Whether a job may start, as far as scratch goes. */
export type Room =
  | { kind: 'room'; release(): void }
  | { kind: 'wait'; delayMs: number }
  /** It can never be done here. */
  | { kind: 'refused'; failure: Failure };

/** Reserves what a job will need in scratch, before anything is claimed or downloaded. */
export async function findRoom(
  definition: StageDefinition,
  deps: StageDeps,
  delivery: Delivery,
  video: Video,
  job: string,
): Promise<Room> {
  const bytes = definition.scratchBytes?.(video, job) ?? 0;
  if (bytes === 0) return { kind: 'room', release: () => undefined };
  const log = deps.runtime.log.child({ videoId: video.id, generation: video.current.number, bytes });
  const reservation = await deps.scratch.reserve(bytes);
  switch (reservation.kind) {
    case 'reserved':
      return { kind: 'room', release: reservation.release };
    case 'never':
      return { kind: 'refused', failure: tooLarge(bytes, reservation.maxBytes) };
    case 'busy': {
      const delayMs = delayOf(BUSY_MS, 1);
      log.info({ reserved: deps.scratch.reserved(), delayMs }, 'no room in scratch beside what runs; the job waits');
      return { kind: 'wait', delayMs };
    }
    case 'low': {
      const delayMs = delayOf(LOW_MS, delivery.deliveries);
      const { roomBytes } = reservation;
      log.warn(
        { roomBytes, scratchDir: deps.scratchDir, delayMs },
        'the scratch disk is too full; the job waits for room',
      );
      return { kind: 'wait', delayMs };
    }
    default:
      return reservation satisfies never;
  }
}

function tooLarge(bytes: number, maxBytes: number): Failure {
  const message =
    `The video needs ${inWords(bytes)} of scratch space to be made, and the limit here is ${inWords(maxBytes)}. ` +
    'Upload a smaller file, or have SCRATCH_MAX_BYTES raised and reprocess the video.';
  return new Failure('too_large', { message, detail: `${bytes} bytes of scratch, SCRATCH_MAX_BYTES is ${maxBytes}` });
}

/** Bytes as a person reads them: 1.5 GB. */
function inWords(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
