import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { realClip } from '@rushes/shared/testing';
import type { Browser, Page, Request } from 'playwright-core';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser, openPage, untilReady, uploadThroughPage } from '../setup/browser.ts';
import { getVideo, until } from '../setup/client.ts';
import { clip, textFile } from './clips.ts';

const endpoints = inject('endpoints');
const api = { origin: endpoints.origin };
const storage = `${endpoints.s3.endpoint}/${endpoints.s3.uploadsBucket}/**`;
const ACCESS_DENIED = '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';

/** Sends what the page would have sent; the store's status. */
async function putOf(request: Request, path: string): Promise<number> {
  const { 'content-type': type = '', 'if-none-match': condition = '' } = request.headers();
  const headers = { 'content-type': type, 'if-none-match': condition };
  const answer = await fetch(request.url(), { method: 'PUT', headers, body: await readFile(path) });
  return answer.status;
}

describeInBrowser('uploading through the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  const studio = async (): Promise<{ page: Page; faults: string[] }> => {
    const opened = await openPage(browser);
    onTestFinished(() => opened.page.context().close());
    await opened.page.goto(api.origin);
    await opened.page.getByRole('heading', { name: 'Library' }).waitFor();
    return opened;
  };
  const idIn = (page: Page) => page.url().split('/').at(-1) ?? '';

  it('sends the file straight to storage and shows it playing, without a reload', async () => {
    // A real clip of a phone where footage is given.
    const path = (await realClip('VID_20191220_170832.mp4')) ?? (await clip('upload.mp4', 4));
    const { page, faults } = await studio();
    const sent: Request[] = [];
    page.on('request', (request) => sent.push(request));
    await page.evaluate('window.notReloaded = true');
    await uploadThroughPage(page, path, 'Harbour at dawn');

    await page.waitForURL(/\/videos\//);
    await page.getByRole('heading', { name: 'Harbour at dawn' }).waitFor();
    await page.locator('video').waitFor({ state: 'attached' });
    await untilReady(page);
    expect(await page.evaluate('window.notReloaded')).toBe(true);

    const changing = sent.filter((request) => request.method() !== 'GET');
    const { upload } = await getVideo(api, idIn(page));
    // To the API goes one document; the file goes to storage, and all of it has arrived there.
    expect(changing.map((request) => `${request.method()} ${request.url().split('?')[0]}`)).toEqual([
      `POST ${api.origin}/v1/videos`,
      `PUT ${endpoints.s3.endpoint}/${upload.location.bucket}/${upload.location.key}`,
    ]);
    const { size } = await stat(path);
    expect(changing[0]?.postDataJSON()).toMatchObject({ filename: basename(path), size });
    expect(upload).toMatchObject({ status: 'finished', size });
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
    const path = await clip('twice.mp4', 2);
    await page.route(storage, async (route) => {
      const request = route.request();
      if (request.method() === 'PUT') expect(await putOf(request, path)).toBe(200);
      await route.fulfill({ status: 412, headers: { 'access-control-allow-origin': '*' } });
    });
    await uploadThroughPage(page, path, 'Twice');
    await untilReady(page);
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
    await untilReady(page);
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
