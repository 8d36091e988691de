import { SetupError } from '../embedded/install.mjs';

/**
 * The life of a command that is run by hand: what it returns is its exit code; what a person can do something about is said
 * in one sentence, anything else with its stack.
 */
export async function runCommand(work: () => Promise<number>): Promise<never> {
  const code = await work().catch((error: unknown) => {
    const plain = error instanceof SetupError || isWrongArgument(error);
    const text = plain ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${text}\n`);
    return 1;
  });
  process.exit(code);
}

/** An option that `parseArgs` does not know. */
function isWrongArgument(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** A line of what was done. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Bytes as people read them. */
export function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
