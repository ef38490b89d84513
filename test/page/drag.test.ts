import { readFileSync, writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import type { MachineReport } from '../../src/bench/machine.ts';
import { loadModel } from '../../src/library/api.ts';
import {
  choose,
  clickImage,
  output,
  patience,
  repository,
  servePage,
  state,
  waitForModel,
  waitForState,
  waitForText,
} from '../support/built_page.ts';
import { startRun, stopRun } from '../support/page_drags.ts';
import {
  contrast,
  difference,
  differenceAtCentres,
  picture,
  settledPicture,
  showsAgain,
} from '../support/page_pictures.ts';
import { openTestEngine } from '../support/test_device.ts';

const built = servePage();

const sharedPage = () =>
  built.share(() => {
    // A headless browser asks for leave to use the clipboard.
    Object.defineProperty(Navigator.prototype, 'clipboard', {
      value: { writeText: async (text: string) => Object.assign(window, { copied: text }) },
    });
  });

test('the canvas shows what the same kernels compute in Node', async () => {
  const { page, faults } = await sharedPage();
  const shown = await picture(page);
  const seed = await number(page, '#seed', 'value');
  const psi = await number(page, '#truncation', 'value');
  const bytes = readFileSync(`${repository}weights/demo.safetensors`);
  const model = await loadModel(await openTestEngine(), bytes);
  const computed = await model.generate(await model.latent({ seed }, { psi }));
  model.destroy();
  // Two adapters round differently; half a level of 255 on average is far below what a wrong picture has.
  expect(differenceAtCentres(shown, computed)).toBeLessThan(0.5);
  expect(faults).toEqual([]);
});

test('sampling the mask is offered where there is one', async () => {
  const { page, faults } = await sharedPage();
  const offered = () => page.$eval('#maskSampling', (choice) => choice.matches(':enabled'));
  expect(await offered()).toBe(false);
  await page.click('#tool-mask');
  await clickImage(page, 0.3, 0.3);
  await page.waitForSelector('#maskSampling:enabled', patience);
  await page.select('#maskSampling', '0.05');
  await page.click('#mask-clear');
  await page.waitForSelector('#maskSampling:disabled', patience);
  await page.click('#tool-points');
  expect(faults).toEqual([]);
});

test('a person drags a point and the picture follows', async () => {
  const { page, faults } = await sharedPage();
  const before = await picture(page);
  expect(contrast(before), 'the canvas shows a picture').toBeGreaterThan(15);

  // A handle a little off the middle, its target an eighth of the image away.
  await clickImage(page, 0.45, 0.45);
  await clickImage(page, 0.45, 0.575);
  await page.waitForSelector('[data-target="0"]', patience);
  const placed = await point(page, 'handle');
  const target = await point(page, 'target');
  expect(distance(placed, target)).toBeGreaterThan(8);

  await startRun(page, 5);
  await page.screenshot({ path: `${output}/page.png` });
  await stopRun(page);

  const moved = await point(page, 'handle');
  expect(distance(moved, placed), 'the handle was tracked').toBeGreaterThan(0);
  expect(distance(moved, target), 'towards the target').toBeLessThan(distance(placed, target));
  expect(await number(page, '#loss', 'textContent')).toBeGreaterThan(0);
  const after = await settledPicture(page);
  expect(contrast(after), 'the canvas still shows a picture').toBeGreaterThan(15);
  expect(difference(before, after), 'the picture changed').toBeGreaterThan(0.5);
  writeFileSync(`${output}/page-before.png`, PNG.sync.write(before));
  writeFileSync(`${output}/page-after.png`, PNG.sync.write(after));

  // As long as it is held.
  await page.keyboard.down('c');
  await showsAgain(page, before);
  await page.keyboard.up('c');
  await showsAgain(page, after);

  await page.click('#reset');
  await showsAgain(page, before);
  expect(faults).toEqual([]);
});

test('a person benchmarks this machine', async () => {
  const { page, faults } = await sharedPage();
  await page.click('#benchmark-open');
  await page.click('#benchmark-pictures');
  await page.$eval('#benchmark-seconds', (seconds) => Reflect.set(seconds, 'value', '1'));
  await page.click('#benchmark-run');
  await waitForBenchmark(page, 'Done.');
  expect(await page.$$eval('#benchmark-result tbody tr', (rows) => rows.length)).toBe(1);
  await page.screenshot({ path: `${output}/benchmark.png` });

  await page.click('#benchmark-copy');
  await waitForBenchmark(page, 'Copied.');
  const report: MachineReport = JSON.parse(
    await page.evaluate(() => String(Reflect.get(window, 'copied'))),
  );
  const [{ shape, cone, dense, variants, agreement }] = report.iterations;
  expect([shape, report.failed, report.runtime]).toEqual([
    'demo',
    [],
    await page.evaluate(() => navigator.userAgent),
  ]);
  expect(Math.min(cone.median_ms, dense.median_ms)).toBeGreaterThan(0);
  expect(cone.macs).toBeLessThan(dense.macs);
  expect(agreement?.gradient).toBeLessThan(5e-4);
  expect(variants.length).toBeGreaterThan(10);

  // Cancelled by the dialog's end, and by its button.
  for (const end of ['#benchmark-close', '#benchmark-run']) {
    if (end === '#benchmark-run') await page.click('#benchmark-open');
    await page.click('#benchmark-run');
    await waitForBenchmark(page, 'demo');
    await page.click(end);
    await waitForBenchmark(page, 'Cancelled.');
  }
  await page.click('#benchmark-close');
  expect(await state(page), 'the edit is as it was').toBe('ready');
  expect(faults).toEqual([]);
});

test('kernels are measured when a person asks for it, and no more after a reset', async () => {
  const { page, faults } = await sharedPage();
  // What is being measured is measured to its end: a small network has that soon.
  await choose(page, `${repository}test/fixtures/tiny_official.pkl`);
  await waitForModel(page, 'tiny_official.pkl');
  await waitForText(page, '#autotune-status', 'until you measure again');
  await page.click('#autotune');
  await waitForText(page, '#autotune-status', 'Measuring kernels');
  await page.click('#autotune-reset');
  await waitForText(page, '#autotune-status', 'until you measure again');
  expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({
    'draggan-webgpu keeping': 'off',
    'draggan-webgpu measuring': 'off',
  });
  expect(faults).toEqual([]);
});

test('without WebGPU the page says so', async () => {
  const { page, faults } = await built.open(() => {
    Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined });
  });
  await waitForState(page, 'error');
  const text = await page.$eval(
    '#failure',
    (failure) => failure.checkVisibility() && failure.textContent,
  );
  expect(text).toMatch(/WebGPU/);
  expect(faults).toEqual([]);
  await page.close();
});

/** Waits until the benchmark says something that begins so. */
async function waitForBenchmark(page: Page, beginning: string): Promise<void> {
  await page.waitForFunction(
    (wanted: string) =>
      document.querySelector('#benchmark-status')?.textContent?.startsWith(wanted),
    patience,
    beginning,
  );
}

/** A point's place in image pixels: row and column. */
async function point(page: Page, role: 'handle' | 'target'): Promise<[number, number]> {
  const attribute = (axis: string) =>
    page.$eval(
      `[data-${role}="0"]`,
      (point, name) => Number(point.getAttribute(name)),
      `data-${axis}`,
    );
  return [await attribute('row'), await attribute('column')];
}

const distance = (a: [number, number], b: [number, number]): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1]);

const number = (page: Page, selector: string, from: 'textContent' | 'value'): Promise<number> =>
  page.$eval(selector, (element, from) => Number(Reflect.get(element, from)), from);
