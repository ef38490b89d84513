import { readFileSync, writeFileSync } from 'node:fs';
import type { HTTPRequest, Page } from 'puppeteer';
import { expect, test } from 'vitest';
import {
  choose,
  drop,
  forgetStatus,
  output,
  patience,
  repository,
  servePage,
  text,
  waitForModel,
  waitForState,
  waitForText,
} from '../support/built_page.ts';
import { dragALittle, placePoint } from '../support/page_drags.ts';
import {
  contrast,
  difference,
  picture,
  polling,
  settledPicture,
} from '../support/page_pictures.ts';

const built = servePage();

test('a person opens models of their own, and a broken one changes nothing', async () => {
  const { page, faults } = await built.share();
  const demo = await picture(page);
  await placePoint(page);
  await page.waitForSelector('[data-target="0"]', patience);

  const broken = `${output}/broken.pkl`;
  writeFileSync(broken, Buffer.from([0x80, 2, 0x63, 0x6f, 0x73, 0x0a]));
  await choose(page, broken);
  await page.waitForSelector('#status[data-kind="error"]', patience);
  expect(await text(page, '#status')).toMatch(/^broken\.pkl: byte \d+: /);
  expect(await text(page, '#model')).toMatch(/^Demo model: 128 × 128/);
  expect(await page.$$('[data-target="0"]'), 'the points are still there').toHaveLength(1);

  await choose(page, `${repository}test/fixtures/tiny_official.pkl`);
  await waitForModel(page, 'tiny_official.pkl: 64 × 64');
  await waitForState(page, 'ready');
  expect(await page.$$('[data-target]'), 'the points were the other picture’s').toHaveLength(0);
  expect(await page.$eval('#featureBlock', (select) => select.children.length)).toBe(5);
  expect(await page.$eval('#featureBlock', (select) => Reflect.get(select, 'value'))).toBe('4');
  expect(await page.$eval('#class-row', (row) => row.checkVisibility())).toBe(false);
  const tiny = await picture(page);
  expect(contrast(tiny), 'the canvas shows a picture').toBeGreaterThan(5);
  expect(difference(demo, tiny), 'another one').toBeGreaterThan(5);

  await dragALittle(page);
  await page.screenshot({ path: `${output}/page-own-model.png` });
  expect(difference(tiny, await settledPicture(page)), 'the picture follows').toBeGreaterThan(0.1);
  expect(faults).toEqual([]);
});

test('a model with classes lets one be chosen, and an address brings back the demo', async () => {
  const { page, faults } = await built.share();
  await drop(page, `${repository}test/fixtures/conditional_official.pkl`);
  await waitForModel(page, 'conditional_official.pkl');
  await page.waitForSelector('#class', { ...patience, visible: true });
  const first = await picture(page);
  await page.select('#class', '1');
  await expect
    .poll(async () => difference(first, await settledPicture(page)), polling)
    .toBeGreaterThan(0.5);

  const demo = await page.evaluate(
    () =>
      performance.getEntriesByType('resource').find(({ name }) => name.includes('demo'))?.name ??
      '',
  );
  await enterAddress(page, `${demo}-gone`);
  await page.waitForSelector('#status[data-kind="error"]', patience);
  expect(await text(page, '#model')).toMatch(/^conditional_official/);
  await enterAddress(page, demo);
  await waitForModel(page, 'demo-');
  expect(await page.$('#class')).toBeNull();
  // The address that is not there.
  expect(faults.filter((fault) => !/404/.test(fault))).toEqual([]);
});

test('a model comes from another address where its server lets it', async () => {
  const { page, faults } = await built.share();
  const server = 'https://models.example/';
  const before = await text(page, '#model');
  const answer = (request: HTTPRequest) => {
    if (!request.url().startsWith(server)) return void request.continue();
    const headers = request.url().includes('closed') ? {} : { 'access-control-allow-origin': '*' };
    const body = readFileSync(`${repository}test/fixtures/tiny_tensorflow.pkl`);
    return void request.respond({ status: 200, headers, body });
  };
  page.on('request', answer);
  await page.setRequestInterception(true);
  await enterAddress(page, `${server}closed/tiny.pkl`);
  await page.waitForSelector('#status[data-kind="error"]', patience);
  expect(await text(page, '#status')).toMatch(/^tiny\.pkl could not be fetched: .*\(CORS\)/);
  expect(await text(page, '#model')).toBe(before);
  await enterAddress(page, `${server}open/tiny.pkl?download=1`);
  await waitForModel(page, 'tiny.pkl: 64 × 64');
  await page.setRequestInterception(false);
  page.off('request', answer);
  const policies = faults.filter((fault) => fault.startsWith('policy'));
  expect(policies, 'the page may connect').toEqual([]);
});

test('a model is kept, opened again without a network, and deleted', async () => {
  const { page, faults } = await built.share();
  await choose(page, `${repository}test/fixtures/tiny_rosinality_zip.pt`);
  await waitForModel(page, 'tiny_rosinality_zip.pt: 64 × 64');
  await page.click('#models-open');
  await page.waitForSelector('#library-keep:enabled', patience);
  await page.click('#library-keep');
  await page.waitForSelector('#library-list li', patience);
  expect(await text(page, '#library-list li')).toMatch(
    /^tiny_rosinality_zip\.pt64 × 64, \d\.\d MB/,
  );
  await waitForText(page, '#library-status', 'of storage used');
  expect(await page.$$('#library-keep:enabled')).toHaveLength(0);
  await page.screenshot({ path: `${output}/page-models.png` });

  // After the page is opened anew it is still there, and what was never wholly written is not.
  await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    const half = await folder.getFileHandle('half.model', { create: true });
    await (await half.createWritable()).close();
  });
  // After the first visit the page needs no network.
  await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
  await page.setOfflineMode(true);
  await page.reload();
  await waitForState(page, 'ready');
  await waitForText(page, '#model', 'Demo model: 128 × 128');
  await page.click('#models-open');
  await page.waitForSelector('#library-list li', patience);
  await page.click('#library-list li button');
  await waitForModel(page, 'tiny_rosinality_zip.pt: 64 × 64');
  await page.click('#models-open');
  await waitForText(page, '#library-keep', 'tiny_rosinality_zip.pt is kept');
  // It asks before it deletes.
  await page.click('#library-list [aria-label^="Delete"]');
  await page.waitForSelector('#library-list [aria-label$="for good"]', patience);
  expect(await page.$$('#library-list li')).toHaveLength(1);
  await page.click('#library-list [aria-label$="for good"]');
  await page.waitForFunction(() => !document.querySelector('#library-list li'), patience);
  const left = await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    return (await Array.fromAsync(folder.keys())).length;
  });
  expect(left, 'no file is left').toBe(0);
  await page.setOfflineMode(false);
  expect(faults).toEqual([]);
});

async function enterAddress(page: Page, address: string): Promise<void> {
  await forgetStatus(page);
  await page.click('#models-open');
  await page.$eval('#model-address', (field) => Reflect.set(field, 'value', ''));
  await page.type('#model-address', address);
  await page.keyboard.press('Enter');
}
