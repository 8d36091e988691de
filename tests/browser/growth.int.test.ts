import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GrowthStand, startGrowthStand } from '../packager/played-transcoder.ts';
import { describeInBrowser, launchBrowser, openPage, untilHolds, untilReady } from '../setup/browser.ts';
import { getVideo, until } from '../setup/client.ts';

const VIDEO = "document.querySelector('video')";

describeInBrowser('the page of a video that is still being encoded', () => {
  let stand: GrowthStand;
  let browser: Browser;
  beforeAll(async () => {
    stand = await startGrowthStand();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stand?.end();
  });

  it('plays it from its start, goes on as it grows, and is not interrupted when it is whole', async () => {
    const video = await stand.begin();
    await video.store(2);
    await video.transcoded('first', [2]);
    await until(
      'it to be playable',
      () => getVideo(stand.api, video.id),
      ({ status }) => status === 'playable',
    );
    const { page, faults } = await openPage(browser);
    await page.goto(`${stand.api.origin}/videos/${video.id}`);
    await untilHolds(page, `${VIDEO}?.readyState >= 1`);
    await page.getByText('of 0:27, being made').waitFor();
    expect(await page.evaluate(`${VIDEO}.currentTime`)).toBe(0);
    expect(await page.evaluate(`Math.round(${VIDEO}.duration)`)).toBe(12);

    const interruptions = `(${VIDEO}.interruptions ?? [])`;
    await page.evaluate(
      `{ const video = ${VIDEO}; video.interruptions = []; video.muted = true;
         for (const name of ['emptied', 'pause', 'ended']) video.addEventListener(name, () => video.interruptions.push(name)); }`,
    );
    await page.getByRole('button', { name: 'play', exact: true }).click();
    await untilHolds(page, `${VIDEO}.currentTime > 0.5`);
    await page.evaluate(`void (${VIDEO}.currentTime = 9)`);
    await video.store(4);
    await video.announce(4);
    await untilHolds(page, `${VIDEO}.currentTime > 13`);
    await untilHolds(page, `${VIDEO}.duration > 23`);

    await video.store();
    await video.transcoded('standard', []);
    await untilReady(page);
    await page.getByText('of 0:27, being made').waitFor({ state: 'detached' });
    await untilHolds(page, `${VIDEO}.duration > 26`);
    expect(await page.evaluate(interruptions)).toEqual([]);
    await page.evaluate(`void (${VIDEO}.currentTime = 25.5)`);
    await untilHolds(page, `${VIDEO}.ended`);
    expect(await page.evaluate(interruptions)).toEqual(['pause', 'ended']);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
