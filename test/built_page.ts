import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'puppeteer';
import { type PreviewServer, preview } from 'vite';
import { expect } from 'vitest';
import { launchBrowser } from '../tools/find_browser.ts';

export const repository = fileURLToPath(new URL('..', import.meta.url));
export const output = `${repository}test/output`;
/** A software adapter beside other tests on two cores takes half a minute for what a GPU does in milliseconds. */
export const patience = { timeout: 480_000 };

/** The page as it is built, served, and a browser that opens it. */
export class BuiltPage {
  readonly #server: PreviewServer;
  readonly #browser: Browser;
  readonly address: string;

  private constructor(server: PreviewServer, browser: Browser, address: string) {
    this.#server = server;
    this.#browser = browser;
    this.address = address;
  }

  /** @param name of the folder that it is built in: test files run side by side */
  static async serve(name: string): Promise<BuiltPage> {
    const built = `${output}/${name}`;
    mkdirSync(output, { recursive: true });
    // As `npm run build` does it: in this process Vitest's NODE_ENV would make it a development build.
    const { NODE_ENV: _, ...env } = process.env;
    const vite = 'node_modules/vite/bin/vite.js';
    const build = [vite, 'build', '--outDir', built, '--logLevel', 'warn'];
    execFileSync(process.execPath, build, { cwd: repository, env, stdio: 'pipe' });
    const server = await preview({
      configFile: false,
      root: repository,
      logLevel: 'warn',
      build: { outDir: built },
      preview: { host: '127.0.0.1', port: 0 },
    });
    const bound = server.httpServer.address();
    if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
    return new BuiltPage(server, await launchBrowser(), `http://127.0.0.1:${bound.port}/`);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }

  /** Opens the page, with a list that gathers whatever goes wrong in it. */
  async open(prepare?: () => void): Promise<{ page: Page; faults: string[] }> {
    const page = await this.#browser.newPage();
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
    if (prepare) await page.evaluateOnNewDocument(prepare);
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
