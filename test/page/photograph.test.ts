import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PNG } from 'pngjs';
import type { Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import {
  choose,
  drop,
  holdFiles,
  output,
  patience,
  repository,
  savedFile,
  servePage,
  text,
  waitForModel,
  waitForState,
  waitForText,
} from '../support/built_page.ts';
import { holdDevice, loseDevice, waitForDevice } from '../support/lost_device.ts';
import { placePoint, startRun, stopRun } from '../support/page_drags.ts';
import { difference, picture, settledPicture, showsAgain } from '../support/page_pictures.ts';
import { writeRandomModel } from '../support/random_model_file.ts';

const built = servePage();
const clear = `${output}/clear.png`;
const photograph = `${repository}test/fixtures/photograph.png`;
const tiny = `${repository}test/fixtures/tiny_official.pkl`;

test('a person brings a photograph into the model', async () => {
  const { page, faults } = await openTiny();
  const before = await picture(page);
  // What is clear becomes white, as on the command line.
  writeFileSync(clear, PNG.sync.write(new PNG({ width: 8, height: 8 })));
  await openPhotograph(page, clear);
  expect(await middleOfFrame(page)).toEqual([255, 255, 255, 255]);
  await choose(page, photograph, '#photograph-file');
  await expect.poll(() => middleOfFrame(page), patience).not.toEqual([255, 255, 255, 255]);
  await page.focus('#photograph-frame');
  await page.keyboard.press('ArrowRight');
  await page.click('#photograph-run');
  await page.waitForFunction(
    () =>
      /^Random picture \d+ of/.test(
        document.querySelector('#photograph-status')?.textContent ?? '',
      ),
    patience,
  );
  await page.click('#photograph-run');
  await page.waitForSelector('#photograph-use:not([disabled])', patience);
  await page.screenshot({ path: `${output}/photograph.png` });
  expect(await text(page, '#photograph-status')).toMatch(/^\d+\.\d dB from the photograph/);
  await page.click('#photograph-use');
  await page.waitForSelector('#photograph:not([open])');
  await waitForState(page, 'ready');
  await waitForText(page, '#status', 'Choose a spot');
  expect(difference(before, await picture(page)), 'another picture').toBeGreaterThan(2);
  expect(faults).toEqual([]);
});

test('a person fine-tunes the model to a photograph, and keeps and opens what it became', async () => {
  const { page, faults } = await openTiny();
  await openPhotograph(page);
  await page.click('#photograph-run');
  // Not waiting for the end of the search.
  await page.waitForSelector('#photograph-tune:enabled', patience);
  await page.click('#photograph-tune');
  await waitForStep(page, 1);
  const first = await decibels(page);
  await waitForStep(page, 20);
  await page.click('#photograph-tune');
  await page.waitForSelector('#photograph-use:enabled', patience);
  expect(await text(page, '#photograph-status')).toMatch(/with the model fine-tuned/);
  expect(await decibels(page), 'nearer to the photograph').toBeGreaterThan(first);
  await page.screenshot({ path: `${output}/photograph-tuned.png` });
  await page.click('#photograph-use');
  await page.waitForSelector('#tuned:not([hidden])', patience);
  await waitForState(page, 'ready');
  await waitForText(page, '#status', 'Choose a spot');
  expect(await text(page, '#model')).toMatch(/^tiny_official\.pkl: 64 × 64/);
  expect(await text(page, '#tuned-name')).toBe('photograph-delta.safetensors');
  const tuned = await picture(page);
  await page.screenshot({ path: `${output}/page-tuned.png` });

  await page.click('#tuned-save');
  const delta = await savedFile(page);
  expect(basename(delta)).toBe('photograph-delta.safetensors');

  await placePoint(page);
  await startRun(page);
  await stopRun(page);
  expect(difference(tuned, await settledPicture(page)), 'the picture follows').toBeGreaterThan(0.1);
  await page.click('#reset');
  await showsAgain(page, tuned);
  await loseDevice(page);
  await waitForDevice(page);
  await showsAgain(page, tuned);

  await page.click('#tuned-remove');
  await page.waitForSelector('#tuned[hidden]', patience);
  expect(difference(tuned, await picture(page)), 'the model as it was').toBeGreaterThan(0.5);
  await page.click('#undo');
  await page.waitForSelector('#tuned:not([hidden])', patience);
  await showsAgain(page, tuned);

  await page.click('#models-open');
  await page.click('#model-demo');
  await waitForText(page, '#model', 'Demo model');
  await page.waitForSelector('#tuned[hidden]', patience);
  const demo = await picture(page);
  await placePoint(page);
  await drop(page, delta);
  await page.waitForSelector('#status[data-kind="error"]', patience);
  expect(await text(page, '#status')).toMatch(/^photograph-delta\.safetensors: .*another model/);
  expect(await page.$eval('#tuned', (tuned) => tuned.checkVisibility())).toBe(false);
  expect(await page.$$('[data-target="0"]'), 'the points are still there').toHaveLength(1);
  await showsAgain(page, demo);

  await choose(page, tiny);
  await waitForModel(page, 'tiny_official.pkl');
  await choose(page, delta);
  await page.waitForSelector('#tuned:not([hidden])', patience);
  await showsAgain(page, tuned);
  expect(faults).toEqual([]);
});

test('noise that was found comes along without fine-tuning', async () => {
  // Noise is looked for after 500 random pictures, which a network of few channels has soon.
  const few = { channelBase: 256, channelMax: 8, wDim: 16, zDim: 16, mappingLayers: 2 };
  const small = writeRandomModel('small.safetensors', { resolution: 32, ...few, seed: 5 });
  const { page, faults } = await openModel(small);
  await openPhotograph(page);
  await page.click('#photograph-run');
  await waitForText(page, '#photograph-status', 'Iteration 1');
  await page.click('#photograph-run');
  await page.waitForSelector('#photograph-use:enabled', patience);
  await page.click('#photograph-use');
  await page.waitForSelector('#tuned:not([hidden])', patience);
  await waitForState(page, 'ready');
  const shown = await picture(page);
  await page.click('#tuned-save');
  const { tensors } = parseSafetensors(readFileSync(await savedFile(page)));
  const names = [...tensors.keys()].filter((name) => name !== 'ws');
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !name.endsWith('.noise_const'))).toEqual([]);
  await page.click('#tuned-remove');
  await page.waitForSelector('#tuned[hidden]', patience);
  expect(difference(shown, await picture(page)), 'other noise').toBeGreaterThan(0.1);
  expect(faults).toEqual([]);
});

const openTiny = () => openModel(tiny);

async function openModel(path: string) {
  const opened = await built.share(holdDevice, holdFiles);
  await choose(opened.page, path);
  await waitForModel(opened.page, basename(path));
  return opened;
}

const middleOfFrame = (page: Page): Promise<number[]> =>
  page.$eval('#photograph-frame', (frame) => {
    const canvas = frame as HTMLCanvasElement;
    const [x, y] = [canvas.width >> 1, canvas.height >> 1];
    return [...(canvas.getContext('2d')?.getImageData(x, y, 1, 1).data ?? [])];
  });

async function openPhotograph(page: Page, path = photograph): Promise<void> {
  await page.click('#photograph-open');
  await choose(page, path, '#photograph-file');
  await page.waitForSelector('#photograph-run:enabled', patience);
}

/** What the dialog says of the distance from the photograph. */
const decibels = async (page: Page): Promise<number> =>
  Number(/([\d.]+) dB/.exec(await text(page, '#photograph-status'))?.[1]);

const waitForStep = (page: Page, step: number) =>
  page.waitForFunction(
    (step: number) => {
      const said = document.querySelector('#photograph-status')?.textContent ?? '';
      return Number(/^Fine-tuning: step (\d+) of/.exec(said)?.[1]) >= step;
    },
    patience,
    step,
  );
