import type { Browser, Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { describeInBrowser, launchBrowser, openPage, untilHolds } from '../setup/browser.ts';
import { getVideo, register, until } from '../setup/client.ts';
import { clip } from './clips.ts';

const api = { origin: inject('endpoints').origin };

/** Registered only: enough to be listed. */
async function listed(title: string): Promise<string> {
  return (await register(api, await clip('listed.mp4', 2), { title })).video.id;
}

describeInBrowser('the library', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });
  beforeEach(async () => {
    ({ page } = await openPage(browser));
    return () => page.context().close();
  });
  const card = (title: string) => page.getByRole('article').filter({ hasText: title });
  const open = async (path = '/') => {
    await page.goto(`${api.origin}${path}`);
    await page.getByRole('heading', { name: 'Library' }).waitFor();
  };

  it('finds what one types, keeps it in the address, and says when there is nothing', async () => {
    await listed('Zebra crossing');
    await open();
    await page.getByRole('searchbox').pressSequentially('zeb cro', { delay: 10 });
    await page.waitForURL(/\?q=zeb(\+|%20)cro$/);
    await card('Zebra crossing').waitFor();
    await untilHolds(page, "document.querySelectorAll('article').length === 1");
    await page.reload();
    await card('Zebra crossing').waitFor();
    await page.getByRole('searchbox').fill('zebra nowhere');
    await page.getByText('Nothing matches “zebra nowhere”').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await card('Zebra crossing').waitFor();
  });

  it('shows one kind of status', async () => {
    await listed('Waiting for its file');
    await open();
    await page.getByRole('button', { name: 'In progress' }).click();
    await card('Waiting for its file').waitFor();
    await page.getByRole('button', { name: 'Failed' }).click();
    await card('Waiting for its file').waitFor({ state: 'detached' });
    expect(page.url()).toContain('show=failed');
  });

  it('puts a new video on top, without a reload', async () => {
    await open();
    await page.locator('article').first().waitFor();
    await listed('Just registered');
    await page.locator('article').first().filter({ hasText: 'Just registered' }).waitFor();
  });

  it('loads older ones when one scrolls', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, (_, index) => listed(`Take ${index}`)));
    await open();
    await page.locator('article').nth(23).waitFor();
    await page.mouse.wheel(0, 20_000);
    await page
      .locator('article')
      .nth(ids.length - 1)
      .waitFor();
    const links = await page.locator('article a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(new Set(links).size).toBe(links.length);
  });

  it('says that nothing answers, and goes on when asked to', async () => {
    await page.route(`${api.origin}/v1/videos?**`, (route) => route.abort());
    await open();
    await page.getByRole('alert').getByText('Rushes does not answer').waitFor();
    await page.unroute(`${api.origin}/v1/videos?**`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('article').first().waitFor();
  });
});

describeInBrowser('deleting', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  const remove = async (title: string) => {
    const id = await listed(title);
    const { page } = await openPage(browser);
    const deletions: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'DELETE') deletions.push(Date.now());
    });
    await page.goto(`${api.origin}/videos/${id}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    const begun = Date.now();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByText(`Deleted “${title}”`).first().waitFor();
    const cards = page.getByRole('article').filter({ hasText: title });
    expect(await cards.count()).toBe(0);
    return { page, id, deletions, begun, cards };
  };
  const untilDeleted = (id: string) =>
    until(
      `${id} to be deleted`,
      () => getVideo(api, id),
      ({ status }) => status === 'deleted',
      15,
    );

  it('is called only when ten seconds have passed', async () => {
    const { id, deletions, begun } = await remove('To be deleted');
    expect((await getVideo(api, id)).status).toBe('uploading');
    await untilDeleted(id);
    expect(deletions).toHaveLength(1);
    expect((deletions[0] ?? 0) - begun).toBeGreaterThanOrEqual(10_000);
  });

  it('that is undone was never called', async () => {
    const { page, id, deletions, cards } = await remove('To be kept');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'To be kept', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Library', exact: true }).click();
    await cards.waitFor();
    await page.context().close();
    expect(deletions).toEqual([]);
    expect((await getVideo(api, id)).status).toBe('uploading');
  });

  it('is called when the page is left before that', async () => {
    const { page, id, begun, deletions } = await remove('To be left');
    await page.goto('about:blank');
    await untilDeleted(id);
    expect((deletions[0] ?? 0) - begun).toBeLessThan(10_000);
  });
});
