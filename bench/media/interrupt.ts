/**
 * Runs something that a signal may cut off, and its clean-up in either case.
 * @param cleanUp takes away what was started and written; on a signal the process ends behind it
 */
export async function withCleanUp<T>(run: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  const end = () => void cleanUp().finally(() => process.exit(1));
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    return await run();
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    await cleanUp();
  }
}
