import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import {
  choose,
  clickImage,
  imageBox,
  output,
  patience,
  repository,
  servePage,
  text,
  waitForModel,
  waitForState,
  waitForText,
} from '../support/built_page.ts';
import { writeRandomModel } from '../support/random_model_file.ts';

const built = servePage();

/** A model whose pictures are twice as high as wide, as StyleGAN-Human's. @returns its path */
const writeTallModel = (): string =>
  writeRandomModel('tall.safetensors', {
    resolution: 64,
    constant: { height: 4, width: 2 },
    channelBase: 1024,
    channelMax: 16,
    wDim: 32,
    zDim: 32,
    mappingLayers: 2,
    seed: 3,
  });

/** Width and height of an element as the screen shows it. */
const proportions = (page: Page, selector: string): Promise<number> =>
  page.$eval(selector, (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width / height;
  });

const shot = async (page: Page): Promise<Buffer> =>
  Buffer.from(await page.screenshot({ clip: await imageBox(page) }));

test('a person drags a picture that is not square, and brings a photograph into it', async () => {
  const { page, faults } = await built.open();
  await waitForState(page, 'ready');
  await choose(page, writeTallModel());
  await waitForModel(page, 'tall.safetensors: 32 × 64');
  await page.click('#smooth');
  expect(await proportions(page, '#image')).toBeCloseTo(0.5, 2);
  expect(await text(page, '#options')).toContain('3: 16 × 32');

  await clickImage(page, 0.6, 0.25);
  await clickImage(page, 0.7, 0.75);
  // A tenth of 64 rows and half of 32 columns.
  expect(await text(page, '#points-list')).toMatch(/1[67]\.\d px to go/);
  const before = await shot(page);
  await page.click('#run');
  await page.waitForFunction(
    () => Number(document.querySelector('#iteration')?.textContent) >= 3,
    patience,
  );
  await page.$eval('#run', (run) => run.ariaPressed === 'true' && (run as HTMLElement).click());
  await waitForState(page, 'ready');
  await expect.poll(async () => (await shot(page)).equals(before), patience).toBe(false);
  await page.screenshot({ path: `${output}/tall.png` });

  await page.click('#photograph-open');
  await choose(page, `${repository}test/fixtures/photograph.png`, '#photograph-file');
  await page.waitForSelector('#photograph-run:enabled', patience);
  for (const picture of ['#photograph-frame', '#photograph-found'])
    expect(await proportions(page, picture), picture).toBeCloseTo(0.5, 2);
  await page.click('#photograph-run');
  await waitForText(page, '#photograph-status', 'Random picture');
  await page.click('#photograph-run');
  await page.waitForSelector('#photograph-use:enabled', patience);
  expect(await proportions(page, '#photograph-found')).toBeCloseTo(0.5, 2);
  await page.screenshot({ path: `${output}/tall-photograph.png` });
  await page.click('#photograph-close');

  await page.click('#models-open');
  await page.waitForSelector('#library-keep:enabled', patience);
  await page.click('#library-keep');
  await waitForText(page, '#library-list', 'tall.safetensors');
  expect(await text(page, '#library-list')).toContain('32 × 64');
  await page.screenshot({ path: `${output}/tall-kept.png` });
  expect(faults).toEqual([]);
  await page.close();
});
