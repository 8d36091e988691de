import type { StageDeps, Step } from '@rushes/shared/stage';

/**
 * Kills this very process, as by `kill -9`, when it comes to a step for the nth time.
 * @param words `<step>` or `<step>#<n>`, e.g. `appended#2`
 */
export function killAt(words: string): NonNullable<StageDeps['onStep']> {
  const [step, nth = '1'] = words.split('#');
  let seen = 0;
  return async (reached: Step) => {
    if (reached !== step) return;
    seen += 1;
    if (seen !== Number(nth)) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal arrives in a moment; until then nothing more may happen.
    await new Promise(() => {});
  };
}
