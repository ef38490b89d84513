import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { clickImage, output, patience, servePage, state, text } from '../support/built_page.ts';
import { marks, titleOf } from '../support/history_buttons.ts';
import { placePoint, startRun, stopRun, waitForIterations } from '../support/page_drags.ts';

const built = servePage();
const askForHandle = /^Choose a spot that should move/;

test('the page says what can be done next, and what came of it', async () => {
  const { page, faults } = await built.share();
  const hint = () => text(page, '#status');
  const run = () => text(page, '#run');
  await page.waitForFunction(
    () => Number(document.querySelector('#farness-value')?.textContent) > 0,
    patience,
  );
  expect(await text(page, '.farness small')).toMatch(/^1 is typical · stops at 3\.5$/);
  expect(await hint()).toMatch(askForHandle);
  expect(await page.$('#run:disabled')).not.toBeNull();

  // Nothing to undo: what the page says stays.
  await pressWith(page, 'Control', 'z');
  await page.keyboard.press('Space');
  expect(await hint()).toMatch(askForHandle);

  await clickImage(page, 0.4, 0.4);
  await page.waitForFunction(
    () => document.querySelector('#status')?.textContent?.startsWith('Now the place'),
    patience,
  );
  expect(await page.$('#run:disabled')).not.toBeNull();
  await page.keyboard.press('Escape');
  await placePoint(page);
  expect(await hint()).toMatch(/^Press Start/);

  // A double click starts, and does not stop at once.
  await page.click('#run', { count: 2 });
  await waitForIterations(page, 3);
  expect([await state(page), await run()]).toEqual(['running', 'Stop']);
  await stopRun(page);
  await page.waitForFunction(
    () => document.querySelector('#status')?.textContent?.startsWith('Stopped after'),
    patience,
  );
  expect(await run()).toBe('Go on');

  // Where nothing may move, it is said at the point.
  await page.click('#tool-mask');
  await page.click('#mask-fix');
  const handle = await page.$eval('[data-handle="0"]', (mark) =>
    ['row', 'column'].map((axis) => (Number(mark.getAttribute(`data-${axis}`)) + 0.5) / 128),
  );
  await clickImage(page, handle[0], handle[1]);
  await page.waitForFunction(
    () => document.querySelector('#points .note')?.textContent === 'lies where nothing may move',
    patience,
  );
  await page.screenshot({ path: `${output}/telling-mask.png` });
  await page.click('#mask-clear');
  await page.click('#tool-points');
  expect(await text(page, '#points .note')).toBe('');
  expect(faults).toEqual([]);
});

test('after an arrival it offers to go further, and makes no empty run', async () => {
  const { page, faults } = await built.share();
  await page.click('#clear-points');
  await clickImage(page, 0.5, 0.47);
  await clickImage(page, 0.5, 0.5);
  await startRun(page, 1);
  await page.waitForFunction(
    () => document.querySelector('#status')?.textContent?.startsWith('Arrived after'),
    patience,
  );
  expect(await text(page, '#run')).toBe('Go further');
  const before = await marks(page);
  await page.keyboard.press('Space');
  await expect.poll(() => marks(page), patience).not.toBe(before);
  await waitForIterations(page, 1);
  await page.waitForFunction(() => document.body.dataset.state === 'ready', patience);
  expect(await titleOf(page, 'undo')).toMatch(/^Undo: run to iteration [1-9]/);
  expect(faults).toEqual([]);
});

async function pressWith(page: Page, modifier: 'Control', key: 'z'): Promise<void> {
  await page.keyboard.down(modifier);
  await page.keyboard.press(key);
  await page.keyboard.up(modifier);
}
