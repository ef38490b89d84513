import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';
import type { TestProject } from 'vitest/node';
import { launchBrowser } from '../../tools/find_browser.ts';

/** Where a page test finds the page, and the browser that all page tests share. */
export interface PageService {
  address: string;
  /** To connect to the browser with, from the process of a test file. */
  browserEndpoint: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    pageService: PageService;
  }
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the page once, serves it, and launches one browser, before the first page test and until after the last.
 * @returns what closes both
 */
export default async function startPageService(project: TestProject): Promise<() => Promise<void>> {
  const outDir = buildPage();
  const [server, browser] = await Promise.all([
    preview({
      configFile: false,
      root: repository,
      logLevel: 'warn',
      build: { outDir },
      preview: { host: '127.0.0.1', port: 0 },
    }),
    launchBrowser(),
  ]);
  const bound = server.httpServer.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');
  project.provide('pageService', {
    address: `http://127.0.0.1:${bound.port}/`,
    browserEndpoint: browser.wsEndpoint(),
  });
  return async () => {
    await browser.close();
    await server.close();
  };
}

/** @returns the folder that has the page, beside the one that `npm run build` writes */
function buildPage(): string {
  const outDir = `${repository}test/output/page`;
  mkdirSync(outDir, { recursive: true });
  // As `npm run build` does it: in this process Vitest's NODE_ENV would make it a development build.
  const { NODE_ENV: _, ...env } = process.env;
  const vite = 'node_modules/vite/bin/vite.js';
  const build = [vite, 'build', '--outDir', outDir, '--logLevel', 'warn'];
  execFileSync(process.execPath, build, { cwd: repository, env, stdio: 'pipe' });
  return outDir;
}
