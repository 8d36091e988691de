import { Failure } from '@rushes/shared/errors';
import type { ScratchAccount } from '@rushes/shared/stage';

/**
 * Does something that needs scratch beside what the job has reserved.
 * @param bytes 0 and less: nothing more is needed
 * @throws Failure `disk_full` when there is no room now
 */
export async function withRoom<T>(
  scratch: Pick<ScratchAccount, 'reserve'>,
  bytes: number,
  work: () => Promise<T>,
): Promise<T> {
  if (bytes <= 0) return work();
  const reservation = await scratch.reserve(bytes);
  if (reservation.kind !== 'reserved') {
    throw new Failure('disk_full', { detail: `${bytes} more bytes of scratch are needed: ${reservation.kind}` });
  }
  try {
    return await work();
  } finally {
    reservation.release();
  }
}
