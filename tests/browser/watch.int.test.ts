import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser, openPage, untilHolds } from '../setup/browser.ts';
import { getEvents, getVideo, process as processClip, put, register } from '../setup/client.ts';
import { clip } from './clips.ts';

const api = { origin: inject('endpoints').origin };

/** A number that the page's script gives. */
const read = (page: Page, script: string) => page.evaluate<number>(script);
const VIDEO = "document.querySelector('video')";

describeInBrowser('the page of a video', () => {
  let browser: Browser;
  let id: string;
  beforeAll(async () => {
    browser = await launchBrowser();
    id = (await processClip(api, await clip('watch.mp4', 20), { title: 'Old town tram', tags: ['day 1'] })).id;
    return () => browser.close();
  });

  const watch = async () => {
    const opened = await openPage(browser);
    onTestFinished(() => opened.page.context().close());
    await opened.page.goto(`${api.origin}/videos/${id}`);
    await untilHolds(opened.page, `${VIDEO}?.readyState >= 1`);
    return opened;
  };

  it('plays, and goes on from where one seeks to', async () => {
    const { page, faults } = await watch();
    await page.evaluate(`${VIDEO}.muted = true`);
    await page.getByRole('button', { name: 'play', exact: true }).click();
    await untilHolds(page, `${VIDEO}.currentTime > 1`);
    expect(await read(page, `${VIDEO}.videoWidth`)).toBeGreaterThan(0);
    // The range that a keyboard works, too.
    await page.getByRole('slider', { name: 'seek' }).fill('0.75');
    await untilHolds(page, `${VIDEO}.currentTime > 15.2`);
    expect(await read(page, `${VIDEO}.currentTime`)).toBeLessThan(20);
    expect(faults).toEqual([]);
  });

  it('shows the storyboard where the pointer is on the time line', async () => {
    const { page } = await watch();
    const box = await page.locator('media-time-range').boundingBox();
    if (box === null) throw new Error('the time line is not shown');
    const preview = page.locator('media-preview-thumbnail[slot=preview]');
    const tileAt = async (part: number) => {
      await page.mouse.move(box.x + box.width * part, box.y + box.height / 2);
      await untilHolds(
        page,
        "document.querySelector('media-preview-thumbnail')?.getAttribute('mediapreviewcoords') != null",
      );
      return preview.getAttribute('mediapreviewcoords');
    };
    const early = await tileAt(0.1);
    await preview.waitFor({ state: 'visible' });
    expect(await preview.getAttribute('mediapreviewimage')).toMatch(/\/storyboard-\d+\.jpg/);
    await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2);
    await untilHolds(
      page,
      `document.querySelector('media-preview-thumbnail')?.getAttribute('mediapreviewcoords') !== ${JSON.stringify(early)}`,
    );
    // The sprite really came.
    const url = (await preview.getAttribute('mediapreviewimage')) ?? '';
    expect((await fetch(url)).headers.get('content-type')).toBe('image/jpeg');
  });

  it('offers every rendition as a quality, and lists them', async () => {
    const { page } = await watch();
    const { renditions } = await getVideo(api, id);
    await untilHolds(page, `${VIDEO}.videoRenditions.length === ${renditions.length}`);
    const rows = page.getByRole('region', { name: 'Renditions, a table' }).getByRole('row');
    expect(await rows.count()).toBe(renditions.length + 1);
  });

  it('shows the history as the log has it, with times', async () => {
    const { page } = await watch();
    const entries = page.locator('.history-entry');
    const events = await getEvents(api, id);
    await entries.nth(events.length - 1).waitFor();
    expect(await entries.count()).toBe(events.length);
    expect(await entries.last().textContent()).toMatch(/Packaged[\s\S]*\d s$/);
  });

  it('copies its links', async () => {
    const { page } = await watch();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy HLS' }).click();
    await page.getByText('HLS copied').waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/\/hls\/master\.m3u8$/);
  });

  it('is edited in place', async () => {
    const { page } = await watch();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Title').fill('Old town tram, take 2');
    await page.getByLabel('Tags').fill('day 1, tram');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Old town tram, take 2' }).waitFor();
    await page.getByRole('list', { name: 'Tags' }).getByText('tram', { exact: true }).waitFor();
  });

  it('is told of changes that others make', async () => {
    const { page } = await watch();
    await fetch(`${api.origin}/v1/videos/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ description: 'Changed elsewhere' }),
    });
    await page.getByText('Changed elsewhere').waitFor();
  });
});

describeInBrowser('a page that is opened in the middle of processing', () => {
  it('shows the stages live, outlives a refresh, and plays in the end', async () => {
    const browser = await launchBrowser();
    try {
      const path = await clip('long.mp4', 40, 480);
      const created = await register(api, path);
      const { page } = await openPage(browser);
      await page.goto(`${api.origin}/videos/${created.video.id}`);
      await page.getByText('Waiting for upload').first().waitFor();
      expect(await put(created, path)).toBe(200);
      await page.getByRole('progressbar', { name: 'Transcoding' }).waitFor({ timeout: 30_000 });
      await untilHolds(page, "/^[1-9]\\d? %$/.test(document.querySelector('.stage-percent')?.textContent ?? '')");
      await page.reload();
      await page.getByRole('progressbar', { name: 'Transcoding' }).waitFor();
      await untilHolds(page, `${VIDEO}?.readyState >= 1`, 90);
      expect(await read(page, `${VIDEO}.duration`)).toBeGreaterThan(5);
    } finally {
      await browser.close();
    }
  });
});
