import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PNG } from 'pngjs';
import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { parseSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import {
  choose,
  drop,
  forgetStatus,
  holdFiles,
  output,
  patience,
  repository,
  savedFile,
  servePage,
  text,
  waitForModel,
  waitForText,
} from '../support/built_page.ts';
import { dragALittle, placePoint } from '../support/page_drags.ts';
import {
  difference,
  differenceAtCentres,
  picture,
  polling,
  settledPicture,
  showsAgain,
} from '../support/page_pictures.ts';

const built = servePage();
const tiny = `${repository}test/fixtures/tiny_official.pkl`;

test('a latent is saved as it was dragged, and opened again by the page and the command line', async () => {
  const { page, faults } = await openTiny();
  // What is placed before the mix is drawn goes with the picture that was there.
  await forgetStatus(page);
  await page.type('#mix-seed', '7');
  await waitForText(page, '#status', 'Choose a spot');
  await dragALittle(page);
  const saved: string[] = [];
  for (const format of ['npz', 'npy', 'safetensors']) {
    await page.select('#latent-format', format);
    await page.click('#latent-save');
    const path = await savedFile(page);
    expect(basename(path)).toBe(`tiny_official-seed-0-mix-7-rows-0-3-dragged.${format}`);
    saved.push(path);
  }
  // The last iteration is drawn a while after the run.
  await shows(page, await drawn('--latent', saved[0]));
  const dragged = await picture(page);

  await choose(page, tiny);
  await waitForModel(page, 'tiny_official.pkl');
  const plain = await picture(page);
  // However it comes, its content says what it is.
  const ways = [
    (path: string) => choose(page, path, '#latent-file'),
    (path: string) => drop(page, path),
    (path: string) => choose(page, path),
  ];
  for (const [i, path] of saved.entries()) {
    await ways[i](path);
    await page.waitForSelector('#latent-shown:not([hidden])', patience);
    expect(await text(page, '#latent-name')).toBe(basename(path));
    expect(await text(page, '#model')).toMatch(/^tiny_official/);
    await showsAgain(page, dragged);
    await shows(page, await drawn('--latent', path));
    if (i === 0) {
      await page.$eval('#model-open', (top) => top.scrollIntoView({ block: 'end' }));
      await page.screenshot({ path: `${output}/page-latent.png` });
    }
    // Another seed takes its place.
    await page.$eval('#seed', (seed) => {
      Reflect.set(seed, 'value', '0');
      seed.dispatchEvent(new Event('input'));
    });
    await page.waitForSelector('#latent-shown[hidden]', patience);
    await showsAgain(page, plain);
  }

  const made = `${output}/made-by-command.npz`;
  const recipe = ['--seed', '5', '--psi', '1', '--mix-seed', '6', '--mix-rows', '4-9'];
  await draggan('latent', tiny, ...recipe, '--out', made);
  await drop(page, made);
  await shows(page, await drawn(...recipe));
  // A mix with it begins with it, and not with the seed.
  await page.type('#mix-seed', '5');
  await shows(
    page,
    await drawn('--latent', made, '--psi', '1', '--mix-seed', '5', '--mix-rows', '0-3'),
  );
  expect(await text(page, '#latent-name')).toBe('made-by-command.npz');

  // Of several the first is taken, and the page says so.
  const several = `${output}/several-latents.safetensors`;
  const one = parseSafetensors(readFileSync(saved[2])).tensors.get('ws')?.data();
  if (!one) throw new Error(`${saved[2]} has no ws`);
  const data = new Float32Array([...one, ...one.map((value) => -value)]);
  writeFileSync(several, writeSafetensors(new Map([['ws', { shape: [2, 10, 64], data }]])));
  await drop(page, several);
  await waitForText(page, '#latent-shown', 'the first of 2 latents');
  await showsAgain(page, dragged);
  expect(faults).toEqual([]);
});

test('a latent that does not fit changes nothing', async () => {
  const { page, faults } = await openTiny();
  const before = await picture(page);
  await placePoint(page);
  for (const [name, message] of [
    ['f32.npy', /^f32\.npy: shape \[1, 4, 3\] found, \[10, 64\] needed/],
    ['dict_zip.pt', /^dict_zip\.pt: .*shape \[.*4, 3\] found, \[10, 64\] needed/],
    ['two_unknown.npz', /^two_unknown\.npz: no latent: wanted is a tensor ws0, ws, w/],
  ] as const) {
    await drop(page, `${repository}test/fixtures/latents/${name}`);
    await waitForText(page, '#status', name);
    await page.waitForSelector('#status[data-kind="error"]', patience);
    expect(await text(page, '#status')).toMatch(message);
  }
  expect(await page.$eval('#latent-shown', (shown) => shown.checkVisibility())).toBe(false);
  expect(await page.$$('[data-target="0"]'), 'the points are still there').toHaveLength(1);
  expect(difference(before, await picture(page))).toBeLessThan(0.05);
  expect(faults).toEqual([]);
});

test('a person mixes two seeds, cuts truncation off, and drags what comes of it', async () => {
  const { page, faults } = await openTiny();
  const plain = await picture(page);
  expect(await page.$$('#mix-rows:enabled, #mix-coarse:enabled, #mix-off:enabled')).toEqual([]);

  await page.type('#mix-seed', '2');
  expect(await value(page, '#mix-rows')).toBe('0-3');
  expect(await pressed(page, 'coarse')).toBe('true');
  await shows(
    page,
    await drawn('--seed', '0', '--psi', '1', '--mix-seed', '2', '--mix-rows', '0-3'),
  );
  expect(difference(plain, await picture(page)), 'another picture').toBeGreaterThan(0.5);

  await page.click('#mix-fine');
  expect(await value(page, '#mix-rows')).toBe('0-3,8-9');
  await page.click('#mix-coarse');
  expect(await value(page, '#mix-rows')).toBe('8-9');
  await page.click('#mix-rows', { count: 3 });
  await page.type('#mix-rows', '0-1,5-12');
  expect(await page.$$('#mix-rows:invalid'), 'the network has ten rows').toHaveLength(1);
  for (let keys = 0; keys < 2; keys++) await page.keyboard.press('Backspace');
  await page.type('#mix-rows', '7');
  expect(await page.$$('#mix-rows:valid')).toHaveLength(1);
  const mixed = ['--seed', '0', '--mix-seed', '2', '--mix-rows', '0-1,5-7'];
  await shows(page, await drawn(...mixed, '--psi', '1'));

  expect(await page.$('#cutoff:enabled'), 'nothing is truncated yet').toBeNull();
  await page.focus('#truncation');
  for (let keys = 0; keys < 10; keys++) await page.keyboard.press('ArrowLeft');
  await page.focus('#cutoff');
  for (let keys = 0; keys < 6; keys++) await page.keyboard.press('ArrowLeft');
  expect(await text(page, '#cutoff-value')).toBe('4');
  await shows(page, await drawn(...mixed, '--psi', '0.5', '--cutoff', '4'));
  await page.screenshot({ path: `${output}/page-mixing.png` });

  const before = await picture(page);
  await dragALittle(page);
  expect(difference(before, await settledPicture(page)), 'the picture follows').toBeGreaterThan(
    0.1,
  );
  await page.click('#undo');
  await showsAgain(page, before);

  await page.click('#mix-off');
  await shows(page, await drawn('--seed', '0', '--psi', '0.5', '--cutoff', '4'));
  expect(faults).toEqual([]);
});

/** The tiny model, just opened. */
async function openTiny() {
  const opened = await built.share(holdFiles);
  await choose(opened.page, tiny);
  await waitForModel(opened.page, 'tiny_official.pkl');
  await set(opened.page, 'seed', '0');
  await set(opened.page, 'truncation', '1');
  await opened.page.waitForSelector('#stage[aria-busy="false"]', patience);
  return opened;
}

/** Types over a field, or slides. */
async function set(page: Page, id: string, value: string): Promise<void> {
  await forgetStatus(page);
  await page.$eval(
    `#${id}`,
    (field, value) => {
      if (Reflect.get(field, 'value') === value) return;
      Reflect.set(field, 'value', value);
      field.dispatchEvent(new Event('input'));
    },
    value,
  );
  if ((await text(page, '#status')) !== '') await waitForText(page, '#status', 'Choose a spot');
}

/** Runs the command to its good end, in this process. */
const draggan = (...args: string[]): Promise<string> => runCommand(args, new Progress());

/** What the command line draws of the tiny model. */
async function drawn(...options: string[]): Promise<PNG> {
  const out = `${output}/drawn-by-command.png`;
  await draggan('generate', tiny, ...options, '--out', out);
  return PNG.sync.read(readFileSync(out));
}

/** Waits until the page shows this; adapters round differently. */
const shows = (page: Page, { width, height, data }: PNG) =>
  expect
    .poll(
      async () =>
        differenceAtCentres(await settledPicture(page), {
          width,
          height,
          rgba: Uint8ClampedArray.from(data),
        }),
      polling,
    )
    .toBeLessThan(0.5);

const value = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => String(Reflect.get(element, 'value')));

const pressed = (page: Page, range: string) =>
  page.$eval(`#mix-${range}`, (toggle) => toggle.ariaPressed);
