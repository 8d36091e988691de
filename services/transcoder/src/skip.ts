import { BrokenStream, type Inlet, openInlet } from './sockets.ts';

/** Follows the pictures that ffmpeg decodes only. */
export interface Skip {
  inlet: Inlet;
  /** Whether any have come since this was last asked. */
  hasMoved(): boolean;
  /** Reads until ffmpeg has sent the last. @throws what `ffmpeg` rejects with */
  read(ffmpeg: Promise<void>): Promise<void>;
}

/**
 * ffmpeg prints no progress until all its outputs have begun, and the renditions begin behind what is skipped. So a picture a
 * second of that comes by a socket of its own, which tells a long skip from a process that hangs.
 * @param folder short enough for sockets
 */
export async function openSkip(folder: string): Promise<Skip> {
  const inlet = await openInlet(folder, 'skip.sock');
  let moved = false;
  return {
    inlet,
    hasMoved() {
      const before = moved;
      moved = false;
      return before;
    },
    read: (ffmpeg) =>
      inlet
        .read(async () => {
          moved = true;
        })
        .catch(async (error: unknown) => {
          await ffmpeg;
          // Where ffmpeg ended well, nobody needs what was not read.
          if (!(error instanceof BrokenStream)) throw error;
        }),
  };
}
