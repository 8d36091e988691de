import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';
import { until } from './client.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** No sandbox, because tests run as root in containers; nothing else that a browser would do by itself. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Where a Chromium is: CHROMIUM_PATH, /usr/bin/chromium, or one on PATH. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const candidates = env.CHROMIUM_PATH ? [env.CHROMIUM_PATH] : ['/usr/bin/chromium', ...onPath];
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** For tests in a browser: named as skipped where there is none, but failing on CI, which has to have one. */
export const describeInBrowser: typeof describe | typeof describe.skip =
  findChromium(process.env) === undefined && process.env.CI !== 'true' ? describe.skip : describe;

export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) {
    throw new Error(
      'No Chromium was found. Install it (Debian: apt-get install chromium), or name it with CHROMIUM_PATH.',
    );
  }
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** A page in a browser of its own, as far as storage goes, and all that went wrong in it. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, faults };
}

/** The next frame is drawn and no transition runs. Animations without end are none to wait for. */
const STILL = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() =>
  Promise.allSettled(
    document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => one.finished),
  ),
).then(() => true)`;

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it is now, one line a rule. Half-way through a change of colours it would see neither. */
export async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(STILL);
  await page.evaluate(`${axeSource};0`);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.map(
    ({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

/** Chooses files in the upload dialog and starts. */
export async function uploadThroughPage(page: Page, paths: string | string[], title?: string): Promise<void> {
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Upload' });
  await dialog.getByLabel('Video files').setInputFiles(paths);
  if (title !== undefined) await dialog.getByLabel('Title').fill(title);
  await dialog.getByRole('button', { name: /^(Start upload|Upload \d+ videos)$/ }).click();
}

/**
 * Waits for an expression to hold in the page. Not `waitForFunction`, which the Studio's content security policy rightly
 * refuses: that compiles a text within the page.
 */
export async function untilHolds(page: Page, expression: string, seconds = 30): Promise<void> {
  await until(expression, () => page.evaluate<unknown>(expression), Boolean, seconds);
}

/** On the page of a video: until it says so. */
export async function untilReady(page: Page): Promise<void> {
  await page.getByRole('region', { name: 'About this video' }).getByText('Ready').waitFor({ timeout: 60_000 });
}
