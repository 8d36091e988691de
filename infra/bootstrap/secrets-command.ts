// Makes passwords and keys the first time, and writes for each container the file that holds its own. Runs before everything else.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseConfig } from '@rushes/shared/service';
import { z } from 'zod';
import { homeLayout } from '../embedded/files.ts';
import { loadSecrets } from '../embedded/secrets.ts';
import { secretFiles } from './secret-files.ts';

const config = parseConfig(
  {
    /** Keeps `secrets.json`: what is in it is never made anew. */
    RUSHES_HOME: z.string().min(1),
    /** A folder for each container lies here. */
    SECRETS_DIR: z.string().min(1),
    NATS_PORT: z.coerce.number().int().default(4222),
    NATS_STORE_DIR: z.string().default('/data'),
    NOTIFIER_URL: z.url(),
  },
  process.env,
);
const layout = homeLayout(config.RUSHES_HOME);
const known = existsSync(layout.secrets);
const files = secretFiles(loadSecrets(layout), {
  natsPort: config.NATS_PORT,
  natsStoreDir: config.NATS_STORE_DIR,
  notifierUrl: config.NOTIFIER_URL,
});
for (const [name, text] of files) {
  const path = join(config.SECRETS_DIR, name);
  mkdirSync(dirname(path), { recursive: true });
  // Who may read it is decided by who is given the folder; servers of other images run under users of their own.
  writeFileSync(`${path}.tmp`, text, { mode: 0o444 });
  renameSync(`${path}.tmp`, path);
}
process.stdout.write(`secrets: ${known ? 'kept' : 'made'}, ${files.size} files written\n`);
