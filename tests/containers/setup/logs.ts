import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { docker, LABEL } from '../docker.mjs';

const FOLDER = fileURLToPath(new URL('../../.results/containers/', import.meta.url));
const SHOWN_LINES = 5;
const SHOWN_CHARACTERS = 300;

/** Writes what every container of the run has said to `.results/containers/<test>/`, and shows the end of each. */
export async function keepLogs(run: string, test: string): Promise<void> {
  const folder = join(FOLDER, test.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 100));
  await mkdir(folder, { recursive: true });
  const listed = await docker([
    'ps',
    '--all',
    '--filter',
    `label=${LABEL}=${run}`,
    '--format',
    '{{.Names}} {{.Status}}',
  ]);
  for (const line of listed
    .split('\n')
    .filter((each) => each !== '')
    .sort()) {
    const [name = '', ...status] = line.split(' ');
    const text = await docker(['logs', '--timestamps', name], { both: true });
    const file = join(folder, `${name.replace(`rushes-tests-${run}-`, '')}.log`);
    await writeFile(file, text);
    const end = text
      .trimEnd()
      .split('\n')
      .slice(-SHOWN_LINES)
      .map((each) => each.slice(0, SHOWN_CHARACTERS));
    process.stderr.write(`--- ${file} (${status.join(' ')}), the last lines:\n${end.join('\n')}\n`);
  }
}
