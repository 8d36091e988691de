import { SetupError } from './install.mjs';
import { createPlatform } from './platform.ts';
import { parseSettings } from './settings.ts';

/** Set by start.mjs, so that the seconds shown count from the command. */
const startedAt = Number(process.env.RUSHES_STARTED_AT ?? Date.now());
// A reader that went away (`npm start | head`) must not end everything.
process.stdout.on('error', () => undefined);

function say(line: string): void {
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6);
  process.stdout.write(`${seconds} s  ${line}\n`);
}

function fail(error: unknown): void {
  const text = error instanceof SetupError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`\nRushes could not go on: ${text}\n`);
}

async function main(): Promise<number> {
  const settings = parseSettings(process.env, process.argv.slice(2));
  const platform = createPlatform(settings, process.env, say);
  // One Ctrl-C arrives several times (from the terminal, and passed on by npm): the first counts, the stop goes on.
  const asked = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    // start.mjs is gone: nobody could stop us any more.
    process.once('disconnect', () => resolve('disconnect'));
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error) => {
        fail(error);
        resolve('error');
      });
    }
  });
  const started = platform.start().then(
    ({ origin }) => {
      say('ready');
      process.stdout.write(howToGoOn(origin, settings.RUSHES_HOME));
      return asked;
    },
    (error: unknown) => {
      fail(error);
      return 'error';
    },
  );
  const reason = await Promise.race([asked, started]);
  if (reason !== 'error') say('stopping');
  await platform.stop();
  if (reason !== 'error') say('stopped');
  return reason === 'error' ? 1 : 0;
}

function howToGoOn(origin: string, home: string): string {
  return `
  Rushes runs at ${origin}   (state in ${home}, Ctrl-C stops it)

  Open it in a browser and drop a video on it. Or by hand: register a clip, PUT it to the address in the answer, and look
  at it until it is "ready":
    curl -s ${origin}/v1/videos -H 'Content-Type: application/json' \\
      -d "{\\"title\\":\\"My clip\\",\\"filename\\":\\"clip.mp4\\",\\"contentType\\":\\"video/mp4\\",\\"size\\":$(wc -c < clip.mp4)}"
    curl -T clip.mp4 -H 'Content-Type: video/mp4' -H 'If-None-Match: *' "<upload.url of the answer>"
    curl -s ${origin}/v1/videos/<video.id of the answer>

`;
}

process.exit(
  await main().catch((error: unknown) => {
    fail(error);
    return 1;
  }),
);
