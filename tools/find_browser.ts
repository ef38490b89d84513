import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';
import { unpackChromium } from '../src/node/gpu/packaged_chromium.ts';

/** A browser that can be launched, and the environment that it needs. */
export interface BrowserCandidate {
  executable: string;
  env: Record<string, string>;
}

const systemNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Together these give software WebGPU and a WebGPU canvas that is right to the pixel in screenshots. Without any one
 * of them there is no adapter, or the canvas stays blank without an error.
 */
const webgpuFlags = [
  '--enable-unsafe-webgpu',
  '--use-angle=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

/** Flags that turn off the sandbox, first-run pages, updates, and background traffic. */
const quietFlags = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The browser for page tests: `CHROME_PATH`, else puppeteer's own, else the system's, else the one inside
 * `@sparticuz/chromium`. `DRAGGAN_BROWSER=package` takes the last of these.
 *
 * @throws Error with one line that says what to install, when there is none.
 */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): BrowserCandidate {
  const named = environment.CHROME_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROME_PATH=${named}: no such file`);
    return { executable: named, env: {} };
  }
  const installed = environment.DRAGGAN_BROWSER === 'package' ? null : findInstalled(environment);
  const found = installed ?? findPackaged(environment);
  if (found) return found;
  throw new Error(
    'no browser for the page test; install one with `apt-get install chromium`, or set CHROME_PATH',
  );
}

/**
 * Launches the browser of `findBrowser`, headless, with software WebGPU and a fresh profile, which puppeteer removes
 * when the browser closes.
 *
 * @throws Error when there is no browser, or it does not start.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executable, env } = findBrowser();
  try {
    return await puppeteer.launch({
      executablePath: executable,
      args: [...webgpuFlags, ...quietFlags],
      env: { ...process.env, ...env },
      // A first pipeline on a software adapter can take longer than puppeteer's limit on a busy machine.
      protocolTimeout: 600_000,
    });
  } catch (error) {
    throw new Error(`${executable} did not start`, { cause: error });
  }
}

function findInstalled(environment: NodeJS.ProcessEnv): BrowserCandidate | null {
  const paths = [...puppeteerPaths(), ...systemPaths(environment)];
  const executable = paths.find((path) => existsSync(path));
  return executable === undefined ? null : { executable, env: {} };
}

function puppeteerPaths(): string[] {
  try {
    return [puppeteer.executablePath()];
  } catch {
    // Puppeteer has downloaded no browser.
    return [];
  }
}

function systemPaths({ PATH = '' }: NodeJS.ProcessEnv): string[] {
  const folders = PATH.split(delimiter).filter(Boolean);
  return systemNames.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function findPackaged(environment: NodeJS.ProcessEnv): BrowserCandidate | null {
  const archives = ['chromium.br', 'swiftshader.tar.br', 'fonts.tar.br', 'al2023.tar.br'] as const;
  const unpacked = unpackChromium('chromium', [...archives]);
  if (unpacked === null) return null;
  const { folder } = unpacked;
  const libraries = [join(folder, 'lib'), environment.LD_LIBRARY_PATH].filter(Boolean);
  const env: Record<string, string> = { LD_LIBRARY_PATH: libraries.join(delimiter) };
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = writeFontSettings(folder);
  return { executable: join(folder, 'chromium'), env };
}

/** The package's own settings name fixed folders; without any, text is drawn as nothing. */
function writeFontSettings(folder: string): string {
  const file = join(folder, 'fontconfig.xml');
  const cache = join(tmpdir(), 'draggan-fonts-cache');
  const folders = `<dir>${join(folder, 'fonts')}</dir><cachedir>${cache}</cachedir>`;
  writeFileSync(file, `<?xml version="1.0"?><fontconfig>${folders}</fontconfig>`);
  return file;
}
