import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { imageBox, output, patience, servePage, text } from '../support/built_page.ts';
import { marks, titleOf, waitForTitle } from '../support/history_buttons.ts';
import { dragALittle, placePoint } from '../support/page_drags.ts';
import { at, Touch } from '../support/page_gestures.ts';
import { difference, picture, settledPicture, showsAgain } from '../support/page_pictures.ts';

const built = servePage();

test('wheel, keys and two fingers enlarge and move the picture, and points stay on their spots', async () => {
  const { page, faults } = await built.share();
  const whole = await imageBox(page);
  const frame = () => page.$eval('.frame', (frame) => frame.getBoundingClientRect().width);
  await placePoint(page);
  const placed = await marks(page);
  // What lies under the pointer stays there.
  const [x, y] = await at(page, 0.25, 0.75);
  await page.mouse.move(x, y);
  await page.mouse.wheel({ deltaY: -400 });
  await expect
    .poll(async () => (await imageBox(page)).width, patience)
    .toBeGreaterThan(1.9 * whole.width);
  const [x2, y2] = await at(page, 0.25, 0.75);
  expect(Math.hypot(x2 - x, y2 - y)).toBeLessThan(1.5);
  expect(await frame()).toBeCloseTo(whole.width, 0);
  expect(await marks(page)).toBe(placed);
  await page.screenshot({ path: `${output}/zoomed.png` });
  // A click is where it is seen.
  await page.mouse.click(x, y);
  await page.mouse.click(x + 40, y);
  expect(await marks(page)).toMatch(
    /Handle 2, row 3[12], column 9[56]; Target 2, row 3[12], column 10[0-9]$/,
  );

  await page.keyboard.press('0');
  expect(await imageBox(page)).toEqual(whole);
  await page.keyboard.press('+');
  expect((await imageBox(page)).width).toBeCloseTo(1.25 * whole.width, 0);
  await page.keyboard.press('1');
  expect((await imageBox(page)).width, 'a pixel of the picture for one of the display').toBeCloseTo(
    128,
    0,
  );
  await page.click('#zoom-fit');

  const touch = await Touch.begin(page);
  const before = await marks(page);
  await touch.start([0.4, 0.4]);
  await touch.start([0.4, 0.4], [0.6, 0.6]);
  await touch.move([0.3, 0.3], [0.7, 0.7]);
  await touch.end();
  const grown = await imageBox(page);
  expect(grown.width).toBeGreaterThan(1.5 * whole.width);
  const [left, top] = [grown.x, grown.y];
  await touch.start([0.45, 0.45]);
  await touch.start([0.45, 0.45], [0.55, 0.55]);
  await touch.move([0.47, 0.48], [0.57, 0.58]);
  await touch.end();
  const moved = await imageBox(page);
  expect([moved.x > left, moved.y > top]).toEqual([true, true]);
  expect(await marks(page), 'two fingers make no points').toBe(before);
  await page.keyboard.press('0');
  await page.click('#clear-points');
  expect(faults).toEqual([]);
});

test('? shows a sheet of keys', async () => {
  const { page, faults } = await built.share();
  await page.keyboard.press('?');
  await page.waitForSelector('#shortcuts[open]', patience);
  const sheet = await text(page, '#shortcuts');
  for (const key of ['Esc', '[', ']', 'Shift', 'Ctrl+Z', 'Space']) expect(sheet).toContain(key);
  await page.screenshot({ path: `${output}/shortcuts.png` });
  await page.keyboard.press('Escape');
  await page.waitForSelector('#shortcuts:not([open])', patience);
  expect(faults).toEqual([]);
});

test('the mask is an outline while points are placed, and can be hidden', async () => {
  const { page, faults } = await built.share();
  const visible = (selector: string) =>
    page.$eval(selector, (element) => element.checkVisibility());
  await page.keyboard.press('m');
  await page.mouse.click(...(await at(page, 0.4, 0.4)));
  expect([await visible('#mask'), await visible('#outline')]).toEqual([true, false]);
  await page.keyboard.press('p');
  expect([await visible('#mask'), await visible('#outline')]).toEqual([false, true]);
  await page.screenshot({ path: `${output}/mask-outline.png` });
  await page.click('#mask-shown');
  expect(await visible('#outline')).toBe(false);
  await page.click('#mask-shown');
  await page.keyboard.press('m');
  await page.click('#mask-clear');
  await page.keyboard.press('p');
  expect(faults).toEqual([]);
});

test('after a run a person compares, goes back through its iterations, and forth', async () => {
  const { page, faults } = await built.share();
  const before = await settledPicture(page);
  await dragALittle(page);
  const after = await settledPicture(page);
  await page.waitForSelector('#compare-slider', patience);
  await page.click('#compare-slider');
  await page.waitForSelector('#split', patience);
  await page.focus('#split-border');
  await page.screenshot({ path: `${output}/compare.png` });
  // Words and border are in no picture.
  await page.$$eval('#split .side, #split i', (parts) => {
    for (const part of parts) (part as HTMLElement).style.visibility = 'hidden';
  });
  await page.keyboard.press('End');
  const left = await picture(page);
  expect(difference(left, before)).toBeLessThan(difference(after, before) / 3);
  await page.keyboard.press('Home');
  const right = await picture(page);
  expect(difference(right, after)).toBeLessThan(difference(after, before) / 3);
  await page.keyboard.press('v');
  expect(await page.$('#split')).toBeNull();

  await page.focus('#scrubber');
  await page.keyboard.press('Home');
  await waitForTitle(page, 'undo', 'Undo: go to iteration 0 of the run');
  await showsAgain(page, before);
  await page.focus('#scrubber');
  await page.keyboard.press('End');
  await showsAgain(page, after);
  expect(await titleOf(page, 'undo')).toMatch(/^Undo: go to iteration [1-9]/);
  await clear(page);
  expect(faults).toEqual([]);
});

test('what is beside a picture that cannot go on is out of reach', async () => {
  const { page, faults } = await built.open(() => {
    Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined });
  });
  await page.waitForSelector('#reload', patience);
  for (let tabs = 0; tabs < 4; tabs++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => document.activeElement?.id);
    expect(['reload', '']).toContain(focused);
  }
  await page.close();
  expect(faults).toEqual([]);
});

async function clear(page: Page): Promise<void> {
  await page.click('#reset');
  await page.click('#clear-points');
  await picture(page);
}
