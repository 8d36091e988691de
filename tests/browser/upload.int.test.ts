import { stat } from 'node:fs/promises';
import type { Browser, Page, Request } from 'playwright-core';
import { beforeAll, expect, inject, it } from 'vitest';
import { describeInBrowser, launchBrowser, openPage, uploadThroughPage } from '../setup/browser.ts';
import { getVideo, until } from '../setup/client.ts';
import { clip, textFile } from './clips.ts';

const endpoints = inject('endpoints');
const api = { origin: endpoints.origin };
const storage = `${endpoints.s3.endpoint}/${endpoints.s3.uploadsBucket}/**`;
const ACCESS_DENIED = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';

describeInBrowser('uploading through the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  const studio = async (): Promise<{ page: Page; faults: string[] }> => {
    const opened = await openPage(browser);
    await opened.page.goto(api.origin);
    await opened.page.getByRole('heading', { name: 'Library' }).waitFor();
    return opened;
  };
  const idIn = (page: Page) => page.url().split('/').at(-1) ?? '';

  it('sends the file straight to storage and shows it playing, without a reload', async () => {
    const path = await clip('upload.mp4', 4);
    const { page, faults } = await studio();
    const sent: Request[] = [];
    page.on('request', (request) => sent.push(request));
    await page.evaluate('window.notReloaded = true');
    await uploadThroughPage(page, path, 'Harbour at dawn');

    await page.waitForURL(/\/videos\//);
    await page.getByRole('heading', { name: 'Harbour at dawn' }).waitFor();
    await page.locator('video').waitFor({ state: 'attached' });
    await page.getByText('Ready', { exact: true }).waitFor();
    expect(await page.evaluate('window.notReloaded')).toBe(true);

    const puts = sent.filter((request) => request.method() === 'PUT');
    expect(puts.map((request) => new URL(request.url()).origin)).toEqual([new URL(endpoints.s3.endpoint).origin]);
    const [put] = puts;
    const { size } = await stat(path);
    expect((await put?.sizes())?.requestBodySize).toBe(size);
    // Everything that went to the API together is far smaller than the file.
    const toApi = sent.filter((request) => new URL(request.url()).origin === new URL(api.origin).origin);
    const bytes = await Promise.all(toApi.map(async (request) => request.postDataBuffer()?.length ?? 0));
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(2_000);
    expect(size).toBeGreaterThan(100_000);
    expect(faults).toEqual([]);
  });

  it('prefills the title, takes another file and a description, and refuses an empty title', async () => {
    const { page } = await studio();
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Upload' });
    await dialog.getByLabel('Video files').setInputFiles([await clip('VID_2019-12-20.mp4', 2)]);
    expect(await dialog.getByLabel('Title').inputValue()).toBe('VID 2019-12-20');
    await dialog.getByLabel('Title').fill('  ');
    expect(await dialog.getByRole('button', { name: 'Start upload' }).isDisabled()).toBe(true);
    await dialog.getByText('Give it a title.').waitFor();
    await dialog.getByLabel('Title').fill('Slate');
    await dialog.getByLabel('Description').fill('Take 2');
    await dialog.getByRole('button', { name: 'Start upload' }).click();
    await page.waitForURL(/\/videos\//);
    expect(await getVideo(api, idIn(page))).toMatchObject({ title: 'Slate', description: 'Take 2' });
  });

  it('sends several one after another, while the library shows them live', async () => {
    const { page } = await studio();
    await uploadThroughPage(page, [await clip('first-of-two.mp4', 2), await clip('second-of-two.mp4', 2)]);
    for (const title of ['first-of-two', 'second-of-two']) {
      const card = page.getByRole('article').filter({ hasText: title });
      await card.getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 });
      await card.locator('img').waitFor();
    }
  });

  it('shows the percent, and cancels on both sides', async () => {
    const { page } = await studio();
    // Storage that never answers.
    await page.route(storage, () => undefined);
    await uploadThroughPage(page, await clip('cancelled.mp4', 2), 'To be cancelled');
    await page.waitForURL(/\/videos\//);
    await page.getByRole('progressbar', { name: 'Uploading' }).waitFor();
    const id = idIn(page);
    await page.getByRole('main').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The upload was called off.').waitFor();
    const video = await until(
      'the upload to be cancelled',
      () => getVideo(api, id),
      ({ status }) => status === 'cancelled',
    );
    expect(video.upload.status).toBe('cancelled');
  });

  it('asks before the page is left in the middle of it', async () => {
    const { page } = await studio();
    await page.route(storage, () => undefined);
    await uploadThroughPage(page, await clip('left.mp4', 2));
    await page.getByRole('progressbar', { name: 'Uploading' }).waitFor();
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.accept();
  });

  it('takes "it is there already" for an answer', async () => {
    const { page } = await studio();
    // The object arrives, but the answer is that of a second try.
    await page.route(storage, async (route) => {
      if (route.request().method() === 'PUT') await route.fetch();
      await route.fulfill({ status: 412, headers: { 'access-control-allow-origin': '*' } });
    });
    await uploadThroughPage(page, await clip('twice.mp4', 2), 'Twice');
    await page.getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 });
  });

  it('gets a fresh link for an expired one, and tells in words when storage refuses for good', async () => {
    const { page } = await studio();
    let refused = 0;
    await page.route(storage, async (route) => {
      if (route.request().method() !== 'PUT') return route.fallback();
      refused += 1;
      await route.fulfill({ status: 403, body: ACCESS_DENIED, headers: { 'access-control-allow-origin': '*' } });
    });
    await uploadThroughPage(page, await clip('refused.mp4', 2), 'Refused');
    const row = page.getByRole('region', { name: 'Uploads' }).getByRole('listitem');
    await row.getByText('Storage refused the upload. The link has expired').waitFor();
    expect(refused).toBe(2);
    await page.unroute(storage);
    await row.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Ready', { exact: true }).waitFor({ timeout: 60_000 });
  });

  it('tells in words when the API refuses', async () => {
    const { page } = await studio();
    const problem = {
      type: 'urn:rushes:problem:unavailable',
      title: 'Something needed does not answer',
      status: 503,
      code: 'unavailable',
      detail: 'The event log does not answer. Try again.',
    };
    await page.route(`${api.origin}/v1/videos`, (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) })
        : route.fallback(),
    );
    await uploadThroughPage(page, await clip('cancelled.mp4', 2));
    await page.getByRole('alert').getByText('The event log does not answer. Try again.').waitFor();
  });

  it('explains a bad file: what happened, at which stage, what to do', async () => {
    const { page } = await studio();
    await uploadThroughPage(page, await textFile('notes.mp4'), 'Notes');
    const failure = page.getByRole('region', { name: 'This video could not be made' });
    await failure.waitFor({ timeout: 30_000 });
    await failure.getByText('Stopped at transcoding · not_a_video').waitFor();
    await failure.getByText('no video').first().waitFor();
    await failure.getByText('Check that you chose the video itself').waitFor();
    await failure.getByRole('button', { name: 'Upload another file' }).click();
    await page.getByRole('dialog', { name: 'Upload' }).waitFor();
  });
});
