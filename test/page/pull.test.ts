import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { output, patience, servePage, state, text } from '../support/built_page.ts';
import { marks, titleOf, undoOnce } from '../support/history_buttons.ts';
import { stopRun, waitForIterations } from '../support/page_drags.ts';
import { at, Touch } from '../support/page_gestures.ts';
import { difference, settledPicture, showsAgain } from '../support/page_pictures.ts';

const built = servePage();

test('a person pulls a spot, and the picture follows while the button is down', async () => {
  const { page, faults } = await built.share();
  const before = await settledPicture(page);
  await page.mouse.move(...(await at(page, 0.5, 0.45)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, 0.5, 0.5)), { steps: 3 });
  await waitForIterations(page, 2);
  // What is pulled stays while iterations come.
  expect(await marks(page)).toMatch(/^Handle 1, row 6\d, column \d+; Target 1, row 64, column 64$/);
  expect(await text(page, '#status')).toMatch(/Esc puts it back|An iteration takes/);
  await page.mouse.move(...(await at(page, 0.5, 0.52)), { steps: 3 });
  await expect.poll(() => marks(page), patience).toMatch(/Target 1, row 64, column 66/);
  expect(await state(page), 'it goes on as long as it is held').toBe('running');
  await page.screenshot({ path: `${output}/pull-held.png` });
  await page.mouse.up();
  await waitForEnd(page);
  await page.screenshot({ path: `${output}/pull-settled.png` });
  const after = await settledPicture(page);
  expect(difference(before, after), 'the picture followed').toBeGreaterThan(0.3);
  await expect.poll(() => text(page, '#status'), patience).toMatch(/^Arrived|^No longer|^As far/);

  // All of it is one step.
  expect(await titleOf(page, 'undo')).toBe('Undo: pull point 1 (Ctrl+Z)');
  await undoOnce(page);
  await showsAgain(page, before);
  expect([await marks(page), await titleOf(page, 'undo')]).toEqual(['', 'Undo (Ctrl+Z)']);
  expect(faults).toEqual([]);
});

test('Escape puts back what the pull began with', async () => {
  const { page, faults } = await built.share();
  const before = await settledPicture(page);
  await page.mouse.move(...(await at(page, 0.5, 0.45)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, 0.5, 0.55)), { steps: 3 });
  await waitForIterations(page, 2);
  await page.keyboard.press('Escape');
  await waitForEnd(page);
  await expect.poll(() => marks(page), patience).toBe('');
  // The pointer that is still down holds nothing any more.
  await page.mouse.move(...(await at(page, 0.6, 0.6)), { steps: 3 });
  await page.mouse.up();
  expect(await marks(page)).toBe('');
  await showsAgain(page, before);
  expect(faults).toEqual([]);
});

test('one finger pulls; two, one that is taken away, and a swipe leave the points as they are', async () => {
  const { page, faults } = await built.share();
  const touch = await Touch.begin(page);
  // A swipe is over before it pulls.
  await touch.start([0.3, 0.3]);
  await touch.move([0.6, 0.3]);
  await touch.end();
  expect(await marks(page)).toBe('');
  // The browser takes the touch away.
  await touch.start([0.3, 0.3]);
  await touch.cancel();
  expect(await marks(page)).toBe('');
  // A second finger: no pair.
  await touch.start([0.3, 0.3]);
  await touch.start([0.3, 0.3], [0.6, 0.6]);
  await touch.move([0.25, 0.25], [0.65, 0.65]);
  await touch.end();
  expect(await marks(page)).toBe('');

  await touch.start([0.5, 0.45]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await touch.move([0.5, 0.48]);
  await touch.move([0.5, 0.5]);
  await waitForIterations(page, 1);
  expect(await marks(page)).toMatch(/Target 1, row 64, column 64/);
  await touch.end();
  await waitForEnd(page);
  await undoOnce(page);
  await page.keyboard.press('m');
  await touch.start([0.3, 0.3]);
  await touch.move([0.3, 0.4]);
  await touch.start([0.3, 0.4], [0.8, 0.8]);
  await touch.move([0.3, 0.4], [0.7, 0.7]);
  await touch.end();
  expect(await page.$('#mask-clear:disabled'), 'two fingers paint nothing').not.toBeNull();
  await page.keyboard.press('p');
  expect(faults).toEqual([]);
});

test('a double click pins a spot', async () => {
  const { page, faults } = await built.share();
  const [x, y] = await at(page, 0.3, 0.3);
  await page.mouse.click(x, y);
  await page.mouse.click(x + 2, y + 1);
  expect(await marks(page)).toBe('Handle 1, row 38, column 38; Target 1, row 38, column 38');
  await page.click('#clear-points');
  await page.focus('#cursor');
  await page.keyboard.press('p');
  expect(await marks(page)).toBe('Handle 1, row 64, column 64; Target 1, row 64, column 64');
  await page.click('#clear-points');
  expect(faults).toEqual([]);
});

test('no task of a pull takes the page more than 50 ms', async () => {
  const { page, faults } = await built.share();
  const [from, to] = [await at(page, 0.5, 0.45), await at(page, 0.5, 0.55)];
  await page.mouse.move(...from);
  await page.tracing.start({ categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 20 });
  await waitForIterations(page, 4);
  await page.mouse.move(...from, { steps: 20 });
  await page.mouse.up();
  await stopRun(page);
  const trace = JSON.parse(new TextDecoder().decode(await page.tracing.stop()));
  const longest = longestTask(trace.traceEvents);
  // Of the thread's own time: on a machine whose processors are busy the wall's says nothing of the page.
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(50);
  expect(faults).toEqual([]);
});

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's processor time. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Milliseconds of processor time that the longest task of a page's main thread took. */
function longestTask(events: readonly TraceEvent[]): number {
  const main = events
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid} ${tid}`);
  const tasks = events.filter(
    ({ name, pid, tid }) => /RunTask$/.test(name) && main.includes(`${pid} ${tid}`),
  );
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}

/** The run has come to its end, and the page says so. */
const waitForEnd = (page: Page) =>
  page.waitForFunction(() => document.body.dataset.state === 'ready', patience);
