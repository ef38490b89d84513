import { PNG } from 'pngjs';
import type { Page } from 'puppeteer';
import { expect } from 'vitest';
import type { PixelImage } from '../../src/library/api.ts';
import { imageBox, patience } from './built_page.ts';

/** What the screen shows of the canvas, without the points over it. */
export async function picture(page: Page): Promise<PNG> {
  const showPoints = (shown: boolean) =>
    page.$eval('#points', (points, hide) => points.toggleAttribute('hidden', hide), !shown);
  await showPoints(false);
  const png = await page.screenshot({ clip: await imageBox(page) });
  await showPoints(true);
  return PNG.sync.read(Buffer.from(png));
}

/** Standard deviation of the picture's bytes: a blank canvas has none. */
export function contrast({ data }: PNG): number {
  const values = data.filter((_, index) => index % 4 !== 3);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Mean absolute difference of two pictures, of 255. */
export function difference(a: PNG, b: PNG): number {
  expect([b.width, b.height]).toEqual([a.width, a.height]);
  return (
    a.data.reduce((sum, value, index) => sum + Math.abs(value - b.data[index]), 0) / a.data.length
  );
}

/** Waits until the page shows a picture that it showed before, of the same latent and weights. */
export const showsAgain = (page: Page, wanted: PNG) =>
  expect
    .poll(async () => difference(wanted, await settledPicture(page)), polling)
    .toBeLessThan(0.05);

/** Mean absolute difference, of 255, of an image and the screen's pixels at its pixels' centres. */
export function differenceAtCentres(shown: PNG, image: PixelImage): number {
  let sum = 0;
  for (let row = 0; row < image.height; row += 1) {
    for (let column = 0; column < image.width; column += 1) {
      const y = Math.floor(((row + 0.5) / image.height) * shown.height);
      const x = Math.floor(((column + 0.5) / image.width) * shown.width);
      for (let channel = 0; channel < 3; channel += 1) {
        const screen = shown.data[4 * (y * shown.width + x) + channel];
        sum += Math.abs(screen - image.rgba[4 * (row * image.width + column) + channel]);
      }
    }
  }
  return sum / (3 * image.width * image.height);
}

/** How to wait for a picture. A screenshot takes half a second of a core, so none is taken while one is being drawn. */
export const polling = { ...patience, interval: 250 };

/** The picture once the page has shown all that it was asked for: the last iteration is drawn a while after its run. */
export async function settledPicture(page: Page): Promise<PNG> {
  await page.waitForSelector('#stage[aria-busy="false"]', patience);
  return picture(page);
}
