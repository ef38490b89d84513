import { expect, test } from 'vitest';
import {
  choose,
  patience,
  repository,
  servePage,
  text,
  waitForModel,
  waitForState,
} from '../support/built_page.ts';
import { marks, titleOf, undoOnce } from '../support/history_buttons.ts';
import { dragALittle, placePoint } from '../support/page_drags.ts';
import { settledPicture, showsAgain } from '../support/page_pictures.ts';

const built = servePage();
const tiny = `${repository}test/fixtures/tiny_official.pkl`;

test('a reload loses nothing: neither model, points, mask, picture nor history', async () => {
  const { page, faults } = await built.open();
  await waitForState(page, 'ready');
  await page.click('#keeps');
  await page.waitForSelector('#keeps:checked', patience);
  await choose(page, tiny);
  await waitForModel(page, 'tiny_official.pkl');
  const first = await settledPicture(page);
  await dragALittle(page);
  const dragged = await settledPicture(page);
  const [points, undo] = [await marks(page), await titleOf(page, 'undo')];
  expect(undo).toMatch(/^Undo: run to iteration/);
  // It is kept a while after the last change.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await page.goto(`${new URL(page.url()).origin}/?keep`);
  await waitForState(page, 'ready');
  expect(await text(page, '#model')).toMatch(/^tiny_official\.pkl/);
  expect([await marks(page), await titleOf(page, 'undo')]).toEqual([points, undo]);
  await showsAgain(page, dragged);
  await undoOnce(page);
  await showsAgain(page, first);

  // A second tab leaves the first one's edit alone.
  const second = await page.browserContext().newPage();
  await second.goto(page.url());
  await waitForState(second, 'ready');
  expect(await text(second, '#model')).toMatch(/^Demo model/);
  expect(await text(second, '#status')).toMatch(/^Another tab has the edit/);
  await placePoint(second);
  await second.close();
  await page.bringToFront();

  await page.click('#keeps');
  await page.waitForSelector('#keeps:not(:checked)', patience);
  await page.reload();
  await waitForState(page, 'ready');
  expect(await text(page, '#model')).toMatch(/^Demo model/);
  await page.close();
  expect(faults).toEqual([]);
});
