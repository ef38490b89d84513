import type { Page } from 'puppeteer';
import { patience } from './built_page.ts';

type HistoryButton = 'undo' | 'redo';

/** Undoes one step, and waits until it is done. */
export async function undoOnce(page: Page): Promise<void> {
  const label = (await titleOf(page, 'undo')).slice('Undo: '.length, -' (Ctrl+Z)'.length);
  await page.click('#undo');
  await waitForTitle(page, 'redo', `Redo: ${label} (`);
}

/** What a button would do. */
export const titleOf = (page: Page, id: HistoryButton): Promise<string> =>
  page.$eval(`#${id}`, (button) => (button as HTMLElement).title);

export const waitForTitle = (page: Page, id: HistoryButton, beginning: string) =>
  page.waitForFunction(
    (id: string, beginning: string) =>
      document.getElementById(id)?.title.startsWith(beginning) === true,
    patience,
    id,
    beginning,
  );

/** Where all points are, in words. */
export const marks = (page: Page): Promise<string> =>
  page.$$eval('#points button:not([hidden])', (marks) =>
    marks.map(({ ariaLabel }) => ariaLabel).join('; '),
  );
