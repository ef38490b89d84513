import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { randomGenerator } from '../../src/models/stylegan2/network/random.ts';
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
  waitForText,
} from '../support/built_page.ts';
import { difference, settledPicture } from '../support/page_pictures.ts';

const built = servePage();
const tiny = `${repository}test/fixtures/tiny_official.pkl`;
const plain = `${repository}test/fixtures/tiny_rosinality_zip.pt`;

test('the page says what a file lacks, and truncates without its average', async () => {
  const { page, faults } = await built.share(holdFiles);
  await choose(page, writeModelThatLacks());
  await waitForModel(page, 'lacks.safetensors');
  expect(await text(page, '#model-notes')).toMatch(
    /^The file has no average w: truncation.*The file has no noise maps: no noise is added\.$/,
  );
  await page.screenshot({ path: `${output}/file-notes.png` });
  expect(await text(page, '#truncation-value'), 'as on the command line').toBe('1.00');
  const before = await settledPicture(page);
  await page.focus('#truncation');
  for (let keys = 0; keys < 8; keys++) await page.keyboard.press('ArrowLeft');
  await waitForText(page, '#truncation-value', '0.60');
  await page.waitForFunction(
    () => document.querySelector('#undo')?.getAttribute('title')?.includes('truncation'),
    patience,
  );
  expect(difference(before, await settledPicture(page))).toBeGreaterThan(0.2);
  expect(faults).toEqual([]);
});

test('of several files that are dropped, the page opens each and says what it was', async () => {
  const { page, faults } = await built.share(holdFiles);
  await choose(page, tiny);
  await waitForModel(page, 'tiny_official.pkl');
  await page.click('#latent-save');
  const latent = await savedFile(page);
  const words = `${output}/words.txt`;
  writeFileSync(words, 'no model');
  // The latent fits the model alone that is dropped beside it.
  await choose(page, plain);
  await waitForModel(page, 'tiny_rosinality_zip.pt');
  await drop(page, latent, words, tiny);
  await waitForText(page, '#status', 'is a latent');
  expect(await text(page, '#status')).toMatch(
    /^tiny_official\.pkl is a model; .*\.npz is a latent; words\.txt: /,
  );
  expect(await text(page, '#model')).toMatch(/^tiny_official\.pkl/);
  await page.waitForSelector('#latent-shown:not([hidden])', patience);
  expect(faults).toEqual([]);
});

test('a file that is dropped on a dialog takes its place', async () => {
  const { page, faults } = await built.share(holdFiles);
  await page.click('#benchmark-open');
  await drop(page, `${repository}test/fixtures/photograph.png`);
  // An error of an earlier file may still stand there: what tells is that the dialog goes.
  await page.waitForFunction(() => !document.querySelector('#benchmark[open]'), patience);
  await page.waitForSelector('#status[data-kind="error"], #photograph[open]', patience);
  await page.keyboard.press('Escape');
  await page.click('#models-open');
  const words = `${output}/words.txt`;
  await drop(page, words);
  await waitForText(page, '#status', 'words.txt');
  await page.waitForFunction(() => !document.querySelector('dialog[open]'), patience);
  expect(faults).toEqual([]);
});

test('Escape leaves a file that is being opened', async () => {
  const { page, faults } = await built.share(holdFiles);
  const open = await text(page, '#model');
  await choose(page, plain);
  await waitForText(page, '#status', 'Esc cancels');
  await page.keyboard.press('Escape');
  await waitForText(page, '#status', 'Not opened');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect([await text(page, '#model'), await text(page, '#status')]).toEqual([
    open,
    'Not opened: the picture is as it was.',
  ]);
  expect(faults).toEqual([]);
});

/** A model without its average w and its noise maps, as other programs save them. @returns its path */
function writeModelThatLacks(): string {
  const { tensors, metadata } = randomGenerator({
    resolution: 32,
    channelBase: 512,
    channelMax: 16,
    wDim: 32,
    zDim: 32,
    mappingLayers: 2,
    seed: 5,
  });
  const kept = [...tensors].filter(([name]) => !/\.(w_avg|noise_const)$/.test(name));
  const path = `${output}/lacks.safetensors`;
  writeFileSync(path, writeSafetensors(new Map(kept), metadata));
  return path;
}
