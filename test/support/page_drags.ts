import type { Page } from 'puppeteer';
import { clickImage, patience, waitForState } from './built_page.ts';

/** A handle left of the middle, its target a fifth of the picture to the right. @param row of both, of the height */
export async function placePoint(page: Page, row = 0.4): Promise<void> {
  await clickImage(page, row, 0.4);
  await clickImage(page, row, 0.6);
}

/** Starts a run, and waits until it has made so many iterations; it goes on unless it has arrived. */
export async function startRun(page: Page, iterations = 3): Promise<void> {
  await page.click('#run');
  await waitForIterations(page, iterations);
}

export const waitForIterations = (page: Page, iterations: number) =>
  page.waitForFunction(
    (least: number) => Number(document.querySelector('#iteration')?.textContent) >= least,
    patience,
    iterations,
  );

/** Stops the run, where it has not come to its end by itself. */
export async function stopRun(page: Page): Promise<void> {
  await page.$eval('#run', (run) => run.ariaPressed === 'true' && (run as HTMLElement).click());
  await waitForState(page, 'ready');
}

/** At least three iterations of a new point. */
export async function dragALittle(page: Page): Promise<void> {
  await placePoint(page);
  await startRun(page);
  await stopRun(page);
}
