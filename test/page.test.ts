import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'puppeteer';
import { type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { MachineReport } from '../src/bench/machine.ts';
import { loadModel, type PixelImage } from '../src/index.ts';
import { launchBrowser } from '../tools/find_browser.ts';
import { openTestEngine } from './test_device.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const output = `${repository}test/output`;
const built = `${output}/page`;
/** A software adapter beside other tests on two cores takes half a minute for what a GPU does in milliseconds. */
const patience = { timeout: 480_000 };

let server: PreviewServer;
let browser: Browser;
let address: string;

vi.setConfig({ testTimeout: 900_000 });

beforeAll(async () => {
  mkdirSync(output, { recursive: true });
  // As `npm run build` does it: in this process Vitest's NODE_ENV would make it a development build.
  const { NODE_ENV: _, ...env } = process.env;
  const build = ['node_modules/vite/bin/vite.js', 'build', '--outDir', built, '--logLevel', 'warn'];
  execFileSync(process.execPath, build, { cwd: repository, env, stdio: 'pipe' });
  server = await preview({
    configFile: false,
    root: repository,
    logLevel: 'warn',
    build: { outDir: built },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const bound = server.httpServer.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
  address = `http://127.0.0.1:${bound.port}/`;
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('a person drags a point and the picture follows', async () => {
  const { page, faults } = await openPage();
  await waitForState(page, 'ready');
  await page.click('#smooth');
  expect(await page.$eval('#tuning-status', (status) => status.textContent)).toMatch(
    /kernels|Tun/i,
  );
  const before = await picture(page);
  expect(contrast(before), 'the canvas shows a picture').toBeGreaterThan(15);

  // A handle a little off the middle, its target an eighth of the image away.
  await clickImage(page, 0.45, 0.45);
  await clickImage(page, 0.45, 0.575);
  await page.waitForSelector('[data-target="0"]', patience);
  const placed = await point(page, 'handle');
  const target = await point(page, 'target');
  expect(distance(placed, target)).toBeGreaterThan(8);

  await page.click('#run');
  await page.waitForFunction(
    () => Number(document.querySelector('#iteration')?.textContent) >= 5,
    patience,
  );
  await page.screenshot({ path: `${output}/page.png` });
  // It may have arrived and stopped by itself.
  if ((await state(page)) === 'running') await page.click('#run');
  await waitForState(page, 'ready');

  const moved = await point(page, 'handle');
  expect(distance(moved, placed), 'the handle was tracked').toBeGreaterThan(0);
  expect(distance(moved, target), 'towards the target').toBeLessThan(distance(placed, target));
  expect(await number(page, '#loss', 'textContent')).toBeGreaterThan(0);
  const after = await picture(page);
  expect(contrast(after), 'the canvas still shows a picture').toBeGreaterThan(15);
  expect(difference(before, after), 'the picture changed').toBeGreaterThan(0.5);
  writeFileSync(`${output}/page-before.png`, PNG.sync.write(before));
  writeFileSync(`${output}/page-after.png`, PNG.sync.write(after));

  await page.click('#reset');
  await waitForState(page, 'ready');
  await expect
    .poll(async () => difference(before, await picture(page)), { ...patience, interval: 500 })
    .toBeLessThan(0.05);
  expect(faults).toEqual([]);
  await page.close();
});

test('the canvas shows what the same kernels compute in Node', async () => {
  const { page, faults } = await openPage();
  await waitForState(page, 'ready');
  await page.click('#smooth');
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
  await page.close();
});

test('a person benchmarks this machine', async () => {
  const { page, faults } = await openPage(() => {
    // A headless browser asks for leave to use the clipboard.
    Object.defineProperty(Navigator.prototype, 'clipboard', {
      value: { writeText: async (text: string) => Object.assign(window, { copied: text }) },
    });
  });
  await waitForState(page, 'ready');
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

  // Cancelled by the dialogue's end, and by its button.
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
  await page.close();
});

test('sampling the mask is offered where there is one', async () => {
  const { page, faults } = await openPage();
  await waitForState(page, 'ready');
  const offered = () => page.$eval('#maskSampling', (choice) => choice.matches(':enabled'));
  expect(await offered()).toBe(false);
  await page.click('#tool-mask');
  await clickImage(page, 0.3, 0.3);
  await page.waitForSelector('#maskSampling:enabled', patience);
  await page.select('#maskSampling', '0.05');
  await page.click('#mask-clear');
  await page.waitForSelector('#maskSampling:disabled', patience);
  expect(faults).toEqual([]);
  await page.close();
});

test('without WebGPU the page says so', async () => {
  const { page, faults } = await openPage(() => {
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

/** Opens the page, with a list that gathers whatever goes wrong in it. */
async function openPage(prepare?: () => void): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    if (message.text().startsWith('policy:')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${String(error)}`));
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!/^(blob|data):/.test(url) && !url.startsWith(address))
      faults.push(`leaves the machine: ${url}`);
  });
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.log(`policy: ${violatedDirective} ${blockedURI}`),
    );
  });
  if (prepare) await page.evaluateOnNewDocument(prepare);
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(address);
  return { page, faults };
}

const state = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.body.dataset.state);

/** Waits for a state of the page, and fails at once when it has given up. */
async function waitForState(page: Page, wanted: string): Promise<void> {
  await page.waitForFunction(
    (states: string[]) => states.includes(document.body.dataset.state ?? ''),
    patience,
    [wanted, 'error'],
  );
  const reached = await state(page);
  if (reached === wanted) return;
  throw new Error(await page.$eval('#failure', (failure) => failure.textContent ?? ''));
}

/** Waits until the benchmark says something that begins so. */
async function waitForBenchmark(page: Page, beginning: string): Promise<void> {
  await page.waitForFunction(
    (wanted: string) =>
      document.querySelector('#benchmark-status')?.textContent?.startsWith(wanted),
    patience,
    beginning,
  );
}

/** Clicks the picture at a fraction of its height and width. */
async function clickImage(page: Page, row: number, column: number): Promise<void> {
  const box = await imageBox(page);
  await page.mouse.click(box.x + column * box.width, box.y + row * box.height);
}

async function imageBox(page: Page) {
  const box = await (await page.$('#image'))?.boundingBox();
  if (!box) throw new Error('the page shows no #image');
  return box;
}

/** What the screen shows of the canvas, without the points over it. */
async function picture(page: Page): Promise<PNG> {
  const showPoints = (shown: boolean) =>
    page.$eval('#points', (points, hide) => points.toggleAttribute('hidden', hide), !shown);
  await showPoints(false);
  const png = await page.screenshot({ clip: await imageBox(page) });
  await showPoints(true);
  return PNG.sync.read(Buffer.from(png));
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

/** Standard deviation of the picture's bytes: a blank canvas has none. */
function contrast({ data }: PNG): number {
  const values = data.filter((_, index) => index % 4 !== 3);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Mean absolute difference of two pictures, of 255. */
function difference(a: PNG, b: PNG): number {
  expect([b.width, b.height]).toEqual([a.width, a.height]);
  return (
    a.data.reduce((sum, value, index) => sum + Math.abs(value - b.data[index]), 0) / a.data.length
  );
}

/** Mean absolute difference, of 255, of an image and the screen's pixels at its pixels' centres. */
function differenceAtCentres(shown: PNG, image: PixelImage): number {
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
