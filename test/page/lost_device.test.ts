import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import {
  choose,
  patience,
  repository,
  servePage,
  state,
  text,
  waitForModel,
  waitForState,
} from '../support/built_page.ts';
import { marks, undoOnce, waitForTitle } from '../support/history_buttons.ts';
import { holdDevice, loseDevice, waitForDevice } from '../support/lost_device.ts';
import { placePoint, startRun, stopRun, waitForIterations } from '../support/page_drags.ts';
import { difference, picture, settledPicture, showsAgain } from '../support/page_pictures.ts';

const built = servePage();
const tiny = `${repository}test/fixtures/tiny_rosinality_legacy.pt`;

test('a run goes on over a lost device, and nothing is lost with another one', async () => {
  const { page } = await openTiny();
  const first = await picture(page);
  await placePoint(page);
  const placed = await marks(page);

  await startRun(page);
  await loseDevice(page);
  const before = await iteration(page);
  // The same edit goes on: its iterations count on.
  await waitForIterations(page, before + 2);
  await stopRun(page);
  expect(await text(page, '#model')).toMatch(/^tiny_rosinality_legacy\.pt: 64 × 64/);
  await waitForTitle(page, 'undo', `Undo: run to iteration ${await iteration(page)}`);
  const [dragged, moved] = [await settledPicture(page), await marks(page)];
  expect(difference(first, dragged), 'the picture follows').toBeGreaterThan(0.1);
  await historyIsWhole();

  await page.click('#redo');
  await showsAgain(page, dragged);
  // Now where nothing runs.
  await loseDevice(page);
  await waitForDevice(page);
  await showsAgain(page, dragged);
  expect(await marks(page)).toBe(moved);
  await historyIsWhole();

  /** From the end of the run: back to before it and forth, and to the original and back. Ends with the run undone. */
  async function historyIsWhole(): Promise<void> {
    await undoOnce(page);
    await waitForTitle(page, 'undo', 'Undo: place point 1');
    await showsAgain(page, first);
    expect(await marks(page)).toBe(placed);
    await page.click('#redo');
    await showsAgain(page, dragged);
    expect(await marks(page)).toBe(moved);
    await page.click('#reset');
    await showsAgain(page, first);
    expect(await marks(page), 'the handle is where the edit began').toBe(placed);
    await waitForTitle(page, 'undo', 'Undo: reset (');
    await undoOnce(page);
    await showsAgain(page, dragged);
    await undoOnce(page);
  }
});

test('of a device that is lost again and again the page says what to do, and tries again', async () => {
  const { page } = await openTiny();
  const shown = await picture(page);
  await placePoint(page);
  const placed = await marks(page);
  await page.click('#models-open');
  await loseDevice(page);
  await waitForDevice(page);
  await loseDevice(page, 0);
  await page.waitForFunction(() => document.body.dataset.state === 'error', patience);
  const notice = await page.$eval('#failure', (failure) => {
    const { left, top, width, height } = failure.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    return { text: failure.textContent, onTop: failure.contains(seen) };
  });
  expect(notice.onTop, 'nothing lies over the notice').toBe(true);
  expect(notice.text).toMatch(/lost again and again.*Close other pages.*still here/);
  // The page under the notice is out of reach of the keyboard.
  for (const _ of Array(3)) {
    await page.keyboard.press('Tab');
    const reached = await page.evaluate(() => document.activeElement?.closest('.work') !== null);
    expect(reached).toBe(false);
  }
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('Space');
  expect(await state(page), 'no shortcut does anything').toBe('error');

  await page.click('#reload');
  await waitForDevice(page);
  await waitForState(page, 'ready');
  await page.waitForSelector('#models[open]', patience);
  await page.keyboard.press('Escape');
  await showsAgain(page, shown);
  expect(await marks(page)).toBe(placed);
  await undoOnce(page);
  await waitForTitle(page, 'undo', 'Undo: open tiny_rosinality_legacy.pt');
});

async function openTiny() {
  const opened = await built.share(holdDevice);
  await choose(opened.page, tiny);
  await waitForModel(opened.page, 'tiny_rosinality_legacy.pt');
  return opened;
}

const iteration = async (page: Page): Promise<number> => Number(await text(page, '#iteration'));
