import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer, {
  type Browser,
  type BrowserContext,
  type ElementHandle,
  type Page,
} from 'puppeteer';
import { afterAll, beforeAll, expect, inject, onTestFailed } from 'vitest';
import './page_service.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const output = `${repository}test/output`;
/** A software adapter beside other tests on two cores takes half a minute for what a GPU does in milliseconds. */
export const patience = { timeout: 480_000 };

/** A page, and what went wrong in it. */
export interface OpenedPage {
  readonly page: Page;
  readonly faults: string[];
}

/** What a page runs before its own scripts. */
type Preparation = () => void;

/** The page for the tests of a file, in a browser context that is theirs: what one file keeps, no other sees. */
export interface ServedPage {
  /** Opens the page anew. Whoever opens it closes it. */
  open(...prepare: Preparation[]): Promise<OpenedPage>;
  /**
   * The page that the file's tests share, as the last of them left it: opened at the first call, and anew after a test
   * that failed; ready, and without smoothing. Its faults are those since the call.
   */
  share(...prepare: Preparation[]): Promise<OpenedPage>;
}

export function servePage(): ServedPage {
  let built: BuiltPage | undefined;
  let shared: OpenedPage | undefined;
  beforeAll(async () => {
    built = await BuiltPage.connect();
  });
  afterAll(() => built?.close());
  const open = (prepare: Preparation[]): Promise<OpenedPage> => {
    if (!built) throw new Error('the page is not served yet');
    return built.open(...prepare);
  };
  return {
    open: (...prepare) => open(prepare),
    async share(...prepare) {
      onTestFailed(async () => {
        await shared?.page.close();
        shared = undefined;
      });
      shared ??= await openReady(() => open(prepare));
      shared.faults.length = 0;
      return shared;
    },
  };
}

async function openReady(open: () => Promise<OpenedPage>): Promise<OpenedPage> {
  const opened = await open();
  await waitForState(opened.page, 'ready');
  await opened.page.click('#smooth');
  return opened;
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
  async open(...prepare: Preparation[]): Promise<OpenedPage> {
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
    for (const one of [keepKernels, ...prepare]) await page.evaluateOnNewDocument(one);
    await page.setViewport({ width: 1024, height: 720 });
    await page.goto(this.address);
    return { page, faults };
  }
}

/**
 * A page that measures kernels whenever a test waits makes it wait ten times as long on a software adapter; and each page
 * of a test begins anew.
 */
function keepKernels(): void {
  localStorage.setItem('draggan-webgpu measuring', 'off');
  if (!location.search.includes('keep')) localStorage.setItem('draggan-webgpu keeping', 'off');
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

/** Takes away what the page said before: it is no answer to what comes next, and stays until that is drawn. */
export const forgetStatus = (page: Page): Promise<void> =>
  page.$eval('#status', (status) => {
    status.textContent = '';
    status.removeAttribute('data-kind');
  });

/** Chooses a file as a person does after “Open model…”, or for another field of the page. */
export async function choose(page: Page, path: string, selector = '#model-file'): Promise<void> {
  const input = (await page.$(selector)) as ElementHandle<HTMLInputElement> | null;
  if (!input) throw new Error(`the page has no ${selector}`);
  await forgetStatus(page);
  await input.uploadFile(path);
}

/** Holds files over the page, and lets them go there. */
export async function drop(page: Page, ...paths: string[]): Promise<void> {
  await forgetStatus(page);
  const files = paths.map((path) => [basename(path), readFileSync(path, 'base64')] as const);
  const veiled = await page.evaluate((files: (readonly [name: string, content: string])[]) => {
    const dataTransfer = new DataTransfer();
    for (const [name, content] of files)
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
  }, files);
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

/** Waits until a model that was asked for is there, and named so; or fails as the page says. */
export async function waitForModel(page: Page, beginning: string): Promise<void> {
  await page.waitForFunction(
    (wanted: string) => {
      const status = document.querySelector<HTMLElement>('#status');
      const named = document.querySelector('#model')?.textContent?.startsWith(wanted);
      const there = named && status?.textContent?.includes('Choose a spot');
      return there || status?.dataset.kind === 'error';
    },
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
