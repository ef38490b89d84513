import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import {
  choose,
  clickImage,
  difference,
  holdDevice,
  loseDevice,
  patience,
  picture,
  repository,
  servePage,
  showsAgain,
  waitForModel,
  waitForState,
} from '../support/built_page.ts';

const built = servePage();
const tiny = `${repository}test/fixtures/tiny_official.pkl`;

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
