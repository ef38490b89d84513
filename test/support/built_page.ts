import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import puppeteer, {
  type Browser,
  type BrowserContext,
  type ElementHandle,
  type Page,
} from 'puppeteer';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import type { PixelImage } from '../../src/library/api.ts';
import './page_service.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const output = `${repository}test/output`;
/** A software adapter beside other tests on two cores takes half a minute for what a GPU does in milliseconds. */
export const patience = { timeout: 480_000 };

/** Opens the page for the tests of a file, in a browser context that is theirs: what one file keeps, no other sees. */
export function servePage(): Pick<BuiltPage, 'open'> {
  let built: BuiltPage | undefined;
  beforeAll(async () => {
    built = await BuiltPage.connect();
  });
  afterAll(() => built?.close());
  return {
    open(...prepare) {
      if (!built) throw new Error('the page is not served yet');
      return built.open(...prepare);
    },
  };
}

/** The page as it is built and served (page_service.ts), and a context of the browser that opens it. */
class BuiltPage {
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly address: string;

  private constructor(browser: Browser, context: BrowserContext, address: string) {
    this.#browser = browser;
    this.#context = context;
    this.address = address;
  }

  static async connect(): Promise<BuiltPage> {
    const { address, browserEndpoint } = inject('pageService');
    const browser = await puppeteer.connect({
      browserWSEndpoint: browserEndpoint,
      protocolTimeout: 600_000,
    });
    return new BuiltPage(browser, await browser.createBrowserContext(), address);
  }

  async close(): Promise<void> {
    await this.#context.close();
    await this.#browser.disconnect();
  }

  /** Opens the page, with a list that gathers whatever goes wrong in it. */
  async open(...prepare: (() => void)[]): Promise<{ page: Page; faults: string[] }> {
    const page = await this.#context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
      if (message.text().startsWith('policy:')) faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(`uncaught: ${String(error)}`));
    page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      const url = request.url();
      if (!/^(blob|data):/.test(url) && !url.startsWith(this.address))
        faults.push(`leaves the machine: ${url}`);
    });
    await page.evaluateOnNewDocument(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.log(`policy: ${violatedDirective} ${blockedURI}`),
      );
    });
    for (const one of prepare) await page.evaluateOnNewDocument(one);
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(this.address);
    return { page, faults };
  }
}

export const state = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.body.dataset.state);

/** Waits for a state of the page, and fails at once when it has given up. */
export async function waitForState(page: Page, wanted: string): Promise<void> {
  await page.waitForFunction(
    (states: string[]) => states.includes(document.body.dataset.state ?? ''),
    patience,
    [wanted, 'error'],
  );
  const reached = await state(page);
  if (reached === wanted) return;
  throw new Error(await page.$eval('#failure', (failure) => failure.textContent ?? ''));
}

/** Prepares a page for `loseDevice`. */
export function holdDevice(): void {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    Object.assign(window, { lastDevice: device });
    return device;
  };
}

/** Takes the device from a page that `holdDevice` prepared, and waits until it goes on with another. */
export async function loseDevice(page: Page): Promise<void> {
  // One that is lost within ten seconds is not replaced.
  await page.waitForFunction(() => performance.now() > 15_000, patience);
  await page.evaluate(() => Reflect.get(window, 'lastDevice').destroy());
  await waitForText(page, '#status', 'everything is back');
}

/** Clicks the picture at a fraction of its height and width. */
export async function clickImage(page: Page, row: number, column: number): Promise<void> {
  const box = await imageBox(page);
  await page.mouse.click(box.x + column * box.width, box.y + row * box.height);
}

export async function imageBox(page: Page) {
  const box = await (await page.$('#image'))?.boundingBox();
  if (!box) throw new Error('the page shows no #image');
  return box;
}

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

/** Chooses a file as a person does after “Open model…”, or for another field of the page. */
export async function choose(page: Page, path: string, selector = '#model-file'): Promise<void> {
  const input = (await page.$(selector)) as ElementHandle<HTMLInputElement> | null;
  if (!input) throw new Error(`the page has no ${selector}`);
  await forgetStatus(page);
  await input.uploadFile(path);
}

/** Takes away what the page said before: it is no answer to what comes next, and stays until that is drawn. */
export const forgetStatus = (page: Page): Promise<void> =>
  page.$eval('#status', (status) => {
    status.textContent = '';
    status.removeAttribute('data-kind');
  });

/** Holds a file over the page, and lets it go there. */
export async function drop(page: Page, path: string): Promise<void> {
  await forgetStatus(page);
  const content = readFileSync(path, 'base64');
  const veiled = await page.evaluate(
    (name: string, content: string) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(
        new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name),
      );
      const tell = (type: string) =>
        document.body.dispatchEvent(
          new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }),
        );
      const veil = () => document.querySelector('#drop')?.checkVisibility();
      tell('dragover');
      const held = veil();
      tell('drop');
      return [held, veil()];
    },
    basename(path),
    content,
  );
  expect(veiled, 'the page says that it takes the file while it is held').toEqual([true, false]);
}

export const text = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');

export async function waitForText(page: Page, selector: string, wanted: string): Promise<void> {
  await page.waitForFunction(
    (selector: string, wanted: string) =>
      document.querySelector(selector)?.textContent?.includes(wanted),
    patience,
    selector,
    wanted,
  );
}

/** Waits until the page names the open model so, or says why it is not open. */
export async function waitForModel(page: Page, beginning: string): Promise<void> {
  await page.waitForFunction(
    (wanted: string) =>
      document.querySelector('#model')?.textContent?.startsWith(wanted) ||
      document.querySelector('#status[data-kind="error"]'),
    patience,
    beginning,
  );
  const [named, said] = [await text(page, '#model'), await text(page, '#status')];
  if (!named.startsWith(beginning)) throw new Error(`${named}; ${said}`);
}

/** Prepares a page for `savedFile`: the browser of a test keeps no files. */
export function holdFiles(): void {
  const { createObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    Object.assign(window, { blob });
    return createObjectURL(blob);
  };
  HTMLAnchorElement.prototype.click = function () {
    Object.assign(window, { saved: this.download });
  };
}

/** Keeps the file that the page last offered. @returns its path */
export async function savedFile(page: Page): Promise<string> {
  await page.waitForFunction(() => Reflect.get(window, 'saved') !== undefined, patience);
  const { name, content } = await page.evaluate(async () => {
    const blob: Blob = Reflect.get(window, 'blob');
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const content = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    const name: string = Reflect.get(window, 'saved');
    Reflect.deleteProperty(window, 'saved');
    return { name, content };
  });
  const path = `${output}/${name}`;
  writeFileSync(path, Buffer.from(content, 'base64'));
  return path;
}

/** Waits until the page shows a picture that it showed before, of the same latent and weights. */
export const showsAgain = (page: Page, wanted: PNG) =>
  expect
    .poll(async () => difference(wanted, await picture(page)), { ...patience, interval: 500 })
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
