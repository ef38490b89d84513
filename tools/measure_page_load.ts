/**
 * Says how much memory the page's processes take while a person opens a model's file in it, after `npm run build`:
 *
 *     npx tsx tools/measure_page_load.ts MODEL
 *
 * `ready` is the page with the demo model, `peak` the most while the file is read and put on the device, `read` once
 * the page names it; of the page's own process and of the one that has the device, whose memory is the machine's own on
 * a software adapter. Resident megabytes, ten looks a second; Linux alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';
import { launchBrowser } from './find_browser.ts';

const [path] = process.argv.slice(2);
if (!path) throw new Error('which file is to be opened?');
const interval = 100;
const timeout = 1_200_000;

interface Memory {
  renderer: number;
  device: number;
}

/** Resident megabytes of the largest renderer and the largest GPU process on this machine. */
function residentMegabytes(): Memory {
  const memory = { renderer: 0, device: 0 };
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${id}/cmdline`, 'utf8');
      const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'));
      const megabytes = Number(resident?.[1] ?? 0) / 1024;
      if (command.includes('--type=renderer'))
        memory.renderer = Math.max(memory.renderer, megabytes);
      if (command.includes('--type=gpu-process'))
        memory.device = Math.max(memory.device, megabytes);
    } catch {
      // The process has ended meanwhile.
    }
  }
  return { renderer: Math.round(memory.renderer), device: Math.round(memory.device) };
}

const server = await preview({
  configFile: false,
  root: fileURLToPath(new URL('..', import.meta.url)),
  logLevel: 'warn',
  preview: { host: '127.0.0.1', port: 0 },
});
const address = server.httpServer.address();
if (address === null || typeof address === 'string') throw new Error('the server has no port');
const browser = await launchBrowser();
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${address.port}/`);
const inState = (state: string) =>
  page.waitForFunction(
    (wanted: string) => document.body.dataset.state === wanted,
    { timeout },
    state,
  );
await inState('ready');
const ready = residentMegabytes();
const peak = { ...ready };
const look = setInterval(() => {
  const { renderer, device } = residentMegabytes();
  peak.renderer = Math.max(peak.renderer, renderer);
  peak.device = Math.max(peak.device, device);
}, interval);
const input = await page.$('input#model-file');
if (!input) throw new Error('the page has no #model-file');
const began = performance.now();
await input.uploadFile(path);
await page.waitForFunction(
  (name: string) =>
    document.querySelector('#model')?.textContent?.startsWith(name) ||
    document.querySelector('#status[data-kind="error"]'),
  { timeout, polling: interval },
  basename(path),
);
await inState('ready');
const seconds = (performance.now() - began) / 1000;
clearInterval(look);
const said = await page.$eval('#model', (model) => model.textContent);
const failure = await page
  .$eval('#status[data-kind="error"]', (status) => status.textContent)
  .catch(() => undefined);
console.log(JSON.stringify({ said, failure, seconds, ready, peak, read: residentMegabytes() }));
await browser.close();
await server.close();
