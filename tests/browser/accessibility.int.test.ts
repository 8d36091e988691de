import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser, openPage, untilHolds, violationsOn } from '../setup/browser.ts';
import { process as processClip, register } from '../setup/client.ts';
import { clip, textFile } from './clips.ts';

const api = { origin: inject('endpoints').origin };
const ids = { ready: '', failed: '', waiting: '' };

/** Each page, and what must be there before it is looked at. */
const PAGES: Record<string, { path: () => string; settle: (page: Page) => Promise<unknown> }> = {
  library: { path: () => '/', settle: (page) => page.getByRole('article').first().waitFor() },
  'library without a match': {
    path: () => '/?q=nothingofthekind',
    settle: (page) => page.getByText('Nothing matches').waitFor(),
  },
  'upload dialog': {
    path: () => '/',
    settle: async (page) => {
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Upload' });
      await dialog.getByLabel('Video files').setInputFiles(await clip('dialog.mp4', 2));
      await dialog.getByLabel('Title').waitFor();
    },
  },
  'finished video': {
    path: () => `/videos/${ids.ready}`,
    settle: (page) => untilHolds(page, "document.querySelector('video')?.readyState >= 1"),
  },
  'menu of a video': {
    path: () => `/videos/${ids.ready}`,
    settle: async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    },
  },
  'video being edited': {
    path: () => `/videos/${ids.ready}`,
    settle: (page) => page.getByRole('button', { name: 'Edit' }).click(),
  },
  'waiting video': {
    path: () => `/videos/${ids.waiting}`,
    settle: (page) => page.getByText('The file has not arrived yet.').waitFor(),
  },
  'failed video': {
    path: () => `/videos/${ids.failed}`,
    settle: (page) => page.getByRole('heading', { name: 'This video could not be made' }).waitFor(),
  },
  'unknown video': {
    path: () => '/videos/0198f2c4-7d1e-7b52-9d0e-3f6a2b1c4d5e',
    settle: (page) => page.getByText('There is no such video').waitFor(),
  },
};

/** All unexpected moves of what is on the page, since it was opened; the sum that browsers report as layout shift. */
const MOVES = `new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})`;

describeInBrowser('every page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    const ready = await processClip(api, await clip('accessible.mp4', 4), {
      title: 'A title that is longer than a card or a telephone is wide, as titles are now and then',
      description: 'First line\nSecond line',
      tags: ['sea', 'day 1'],
    });
    const failed = await processClip(api, await textFile('inaccessible.mp4'));
    const waiting = await register(api, await clip('accessible.mp4', 4));
    Object.assign(ids, { ready: ready.id, failed: failed.id, waiting: waiting.video.id });
    return () => browser.close();
  });

  describe.each([1440, 390])('%d px wide', (width) => {
    it.each(Object.keys(PAGES))('%s: axe finds nothing, nothing is cut off sideways, nothing jumps', async (name) => {
      const wanted = PAGES[name];
      if (wanted === undefined) throw new Error(`no page is called ${name}`);
      const viewport = { width, height: width === 390 ? 844 : 900 };
      const { page } = await openPage(browser, { viewport, reducedMotion: 'reduce' });
      onTestFinished(() => page.context().close());
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${api.origin}${wanted.path()}`);
        await wanted.settle(page);
        expect(await page.evaluate<number>(MOVES), colorScheme).toBeLessThan(0.03);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
        expect(await violationsOn(page), colorScheme).toEqual([]);
      }
    });
  });

  it('can be worked by the keyboard alone, and puts the focus back', async () => {
    const { page } = await openPage(browser);
    await page.goto(api.origin);
    await page.getByRole('article').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to the content');
    const upload = page.getByRole('button', { name: 'Upload', exact: true });
    await upload.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Upload' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Upload' }).waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Upload');
  });

  it('keeps the theme one has chosen', async () => {
    const { page } = await openPage(browser, { colorScheme: 'light' });
    await page.goto(api.origin);
    await page.getByRole('button', { name: 'Switch to dark' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Switch to light' }).waitFor();
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
  });
});
