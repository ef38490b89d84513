import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import {
  choose,
  clickImage,
  difference,
  holdDevice,
  holdFiles,
  loseDevice,
  patience,
  picture,
  repository,
  savedFile,
  servePage,
  showsAgain,
  text,
  waitForModel,
  waitForState,
} from '../support/built_page.ts';

const built = servePage();
const tiny = `${repository}test/fixtures/tiny_official.pkl`;

test('each kind of change is undone and redone', async () => {
  const { page, faults } = await built.open(holdFiles);
  await waitForState(page, 'ready');
  await page.click('#smooth');
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
    expect(await shown(), `${label}, undone`).toBe(before);
    await page.click('#redo');
    await waitForTitle(page, 'undo', `Undo: ${label} (`);
    expect(await shown(), `${label}, redone`).toBe(after);
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

  await run(page);
  const label = await titleOf(page, 'undo');
  expect(label).toMatch(/^Undo: run to iteration \d+ \(/);
  const [dragged, moved] = [await picture(page), await points()];
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
  await waitForModel(page, 'tiny_official.pkl');
  await showsAgain(page, first);
  expect(faults).toEqual([]);
  await page.close();
});

test('a lost device takes neither the history nor the way back to the original', async () => {
  const { page } = await built.open(holdDevice);
  await waitForState(page, 'ready');
  await page.click('#smooth');
  await choose(page, tiny);
  await waitForModel(page, 'tiny_official.pkl');
  const first = await picture(page);
  await placePoint(page, 0.4);
  const placed = await marks(page);
  await run(page);
  const [dragged, moved] = [await picture(page), await marks(page)];

  await loseDevice(page);
  await showsAgain(page, dragged);
  expect(await marks(page)).toBe(moved);
  await page.click('#undo');
  await showsAgain(page, first);
  expect(await marks(page)).toBe(placed);
  await page.click('#redo');
  await showsAgain(page, dragged);
  await page.click('#reset');
  await showsAgain(page, first);
  expect(await marks(page), 'the handle is where the edit began').toBe(placed);
  await waitForTitle(page, 'undo', 'Undo: reset (');
  for (const before of ['run to iteration', 'place point 1', 'open tiny_official.pkl']) {
    await undoOnce(page);
    await waitForTitle(page, 'undo', `Undo: ${before}`);
  }
  await page.close();
});

/** A handle at the left, its target at the right of it. @param row of both, as a fraction of the height */
async function placePoint(page: Page, row: number): Promise<void> {
  await clickImage(page, row, 0.4);
  await clickImage(page, row, 0.6);
}

/** At least three iterations. */
async function run(page: Page): Promise<void> {
  await page.click('#run');
  await page.waitForFunction(
    () => Number(document.querySelector('#iteration')?.textContent) >= 3,
    patience,
  );
  await page.$eval('#run', (run) => run.ariaPressed === 'true' && (run as HTMLElement).click());
  await waitForState(page, 'ready');
  await waitForTitle(page, 'undo', 'Undo: run to iteration');
  // The last iteration is drawn a while after the run.
  let last = await picture(page);
  await expect
    .poll(
      async () => {
        const before = last;
        last = await picture(page);
        return difference(before, last);
      },
      { ...patience, interval: 500 },
    )
    .toBeLessThan(0.01);
}

/** Undoes one step, and waits until it is done. */
async function undoOnce(page: Page): Promise<void> {
  const label = (await titleOf(page, 'undo')).slice('Undo: '.length, -' (Ctrl+Z)'.length);
  await page.click('#undo');
  await waitForTitle(page, 'redo', `Redo: ${label} (`);
}

const titleOf = (page: Page, id: string): Promise<string> =>
  page.$eval(`#${id}`, (button) => (button as HTMLElement).title);

const waitForTitle = (page: Page, id: string, beginning: string) =>
  page.waitForFunction(
    (id: string, beginning: string) =>
      document.getElementById(id)?.title.startsWith(beginning) === true,
    patience,
    id,
    beginning,
  );

/** Where all points are. */
const marks = (page: Page): Promise<string> =>
  page.$$eval('#points button:not([hidden])', (marks) =>
    marks.map(({ ariaLabel }) => ariaLabel).join('; '),
  );

/** Types into an empty field, or over what is in it. */
async function type(page: Page, id: string, what: string): Promise<void> {
  await page.click(`#${id}`, { count: 3 });
  await page.keyboard.type(what);
}

const value = (page: Page, id: string): Promise<string> =>
  page.$eval(`#${id}`, (field) => String(Reflect.get(field, 'value')));
