import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import {
  choose,
  clickImage,
  holdFiles,
  patience,
  repository,
  savedFile,
  servePage,
  text,
  waitForModel,
  waitForText,
} from '../support/built_page.ts';
import { marks, titleOf, undoOnce, waitForTitle } from '../support/history_buttons.ts';
import { placePoint, startRun, stopRun } from '../support/page_drags.ts';
import { difference, picture, settledPicture, showsAgain } from '../support/page_pictures.ts';

const built = servePage();
const tiny = `${repository}test/fixtures/tiny_official.pkl`;

test('each kind of change is undone and redone', async () => {
  const { page, faults } = await built.share(holdFiles);
  const demo = await picture(page);
  await choose(page, tiny);
  await waitForModel(page, 'tiny_official.pkl');
  await waitForTitle(page, 'undo', 'Undo: open tiny_official.pkl (Ctrl+Z)');
  const first = await picture(page);

  /** Makes a change, and sees it gone and there again. */
  async function change(
    label: string,
    make: () => Promise<unknown>,
    shown: () => Promise<string>,
  ): Promise<void> {
    const before = await shown();
    await make();
    await waitForTitle(page, 'undo', `Undo: ${label} (`);
    const after = await shown();
    expect(after, label).not.toBe(before);
    await page.click('#undo');
    await waitForTitle(page, 'redo', `Redo: ${label} (`);
    await expect.poll(shown, { ...patience, message: `${label}, undone` }).toBe(before);
    await page.click('#redo');
    await waitForTitle(page, 'undo', `Undo: ${label} (`);
    // The step before may have the same label.
    await expect.poll(shown, { ...patience, message: `${label}, redone` }).toBe(after);
  }
  const points = () => marks(page);
  const press = async (key: 'ArrowLeft' | 'ArrowRight', times: number) => {
    for (let keys = 0; keys < times; keys++) await page.keyboard.press(key);
  };

  await change('place point 1', () => placePoint(page, 0.4), points);
  await change('place point 2', () => placePoint(page, 0.7), points);
  await change('remove point 2', () => page.click('#points-list li:last-child button'), points);
  // Held down, a key makes one step.
  const nudge = async () => {
    await page.focus('[data-target="0"]');
    await press('ArrowLeft', 3);
  };
  await change('move target 1', nudge, points);
  // A drag is a step of its own, and so is the next one of the same target.
  for (const times of [1, 2])
    await change('move target 1', () => dragTarget(page, 4 * times), points);
  await page.click('#undo');
  await waitForTitle(page, 'redo', 'Redo: move target 1 (');
  const between = await points();
  await page.click('#undo');
  await expect.poll(points, patience).not.toBe(between);
  await page.click('#redo');
  await expect.poll(points, patience).toBe(between);
  await page.click('#redo');
  await expect.poll(points, patience).not.toBe(between);
  const setRadius = async () => {
    await page.click('#r1', { count: 3 });
    await page.keyboard.type('5');
    await page.keyboard.press('Tab');
  };
  await change('change patch radius r₁', setRadius, () => value(page, 'r1'));
  const paint = async () => {
    await page.click('#tool-mask');
    await clickImage(page, 0.8, 0.8);
  };
  const masks = async () => String((await page.$$('#mask-clear:enabled')).length);
  await change('paint the mask', paint, masks);
  await page.click('#mask-invert');
  await waitForTitle(page, 'undo', 'Undo: invert the mask (');
  // Its veil would be in the pictures.
  await change('clear the mask', () => page.click('#mask-clear'), masks);
  await page.click('#tool-points');

  await startRun(page);
  await stopRun(page);
  await waitForTitle(page, 'undo', 'Undo: run to iteration');
  const label = await titleOf(page, 'undo');
  expect(label).toMatch(/^Undo: run to iteration \d+ \(/);
  const [dragged, moved] = [await settledPicture(page), await points()];
  expect(difference(first, dragged), 'the picture follows').toBeGreaterThan(0.1);
  await page.click('#undo');
  await showsAgain(page, first);
  await page.click('#redo');
  await showsAgain(page, dragged);
  expect(await points()).toBe(moved);

  // Of another picture the points are gone; they come back with the older one.
  await change('change the seed', () => type(page, 'seed', '3'), points);
  const slide = async () => {
    await page.focus('#truncation');
    await press('ArrowLeft', 4);
  };
  await change('change the truncation', slide, () => value(page, 'truncation'));
  const mix = () => type(page, 'mix-seed', '2');
  await change('change the style mixing', mix, () => value(page, 'mix-seed'));
  const mixed = await picture(page);
  await page.click('#latent-save');
  const latent = await savedFile(page);
  const open = () => choose(page, latent, '#latent-file');
  const named = () => text(page, '#latent-name');
  await change('open tiny_official-seed-3-mix-2-rows-0-3.npz', open, named);
  await showsAgain(page, mixed);

  // All the way back, and forth again.
  const model = () => text(page, '#model');
  for (const _ of Array(30)) {
    if (await page.$('#undo:disabled')) break;
    await undoOnce(page);
  }
  expect(await model()).toMatch(/^Demo model/);
  await showsAgain(page, demo);
  await page.click('#redo');
  await waitForText(page, '#model', 'tiny_official.pkl');
  await showsAgain(page, first);
  expect(faults).toEqual([]);
});

/** Drags the first target to the right. @param by pixels of the screen */
async function dragTarget(page: Page, by: number): Promise<void> {
  const box = await (await page.$('[data-target="0"]'))?.boundingBox();
  if (!box) throw new Error('the page shows no target');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (const part of [0.5, 1]) await page.mouse.move(x + part * (by + 20), y + part * by);
  await page.mouse.up();
}

/** Types into an empty field, or over what is in it. */
async function type(page: Page, id: string, what: string): Promise<void> {
  await page.click(`#${id}`, { count: 3 });
  await page.keyboard.type(what);
}

const value = (page: Page, id: string): Promise<string> =>
  page.$eval(`#${id}`, (field) => String(Reflect.get(field, 'value')));
