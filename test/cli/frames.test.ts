import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { prepareFrameFolder, prepareVideo } from '../../src/cli/files/frame_files.ts';
import { InputError } from '../../src/formats/errors.ts';
import { draggan } from '../support/command_run.ts';

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const tiny = file('../fixtures/tiny.safetensors');

it('shows a drag from its first picture to its last', async () => {
  const drag = ['drag', tiny, '--seed', '1', '--points', '20,20>30,30', '--steps', '3'];
  const outputs = [
    '--frames',
    inFolder('all'),
    '--video',
    inFolder('all.gif'),
    '--out',
    inFolder('end.png'),
  ];
  await draggan(...drag, ...outputs);
  const first = ['generate', tiny, '--seed', '1', '--out', inFolder('begin.png')];
  await draggan(...first);
  const names = readdirSync(inFolder('all')).sort();
  expect(names).toEqual(['000000.png', '000001.png', '000002.png', '000003.png']);
  const bytes = (name: string) => readFileSync(inFolder(name));
  expect(bytes('all/000000.png').equals(bytes('begin.png'))).toBe(true);
  expect(bytes('all/000003.png').equals(bytes('end.png'))).toBe(true);
  expect(bytes('all/000001.png').equals(bytes('all/000000.png'))).toBe(false);
  // The program reads no GIF, and so has its library refuse them.
  sharp.unblock({ operation: ['VipsForeignLoadNsgif'] });
  const { pages, width, pageHeight, delay } = await sharp(bytes('all.gif'), {
    animated: true,
  }).metadata();
  expect({ pages, width, pageHeight, delay }).toEqual({
    pages: 4,
    width: 64,
    pageHeight: 64,
    delay: [40, 40, 40, 1500],
  });
}, 120_000);

it('overwrites nothing, and writes no video that it cannot', async () => {
  const full = inFolder('full');
  mkdirSync(full);
  writeFileSync(join(full, 'a'), '');
  await expect(prepareFrameFolder(full, 'frames')).rejects.toThrow(/--frames: .*is not empty/);
  await expect(prepareFrameFolder(join(full, 'a'), 'frames')).rejects.toThrow(/is no folder/);
  await expect(prepareFrameFolder(join(full, 'b', 'c'), 'frames')).rejects.toThrow(
    /there is no folder/,
  );
  await expect(prepareVideo(inFolder('a.mp4'), 'video')).rejects.toThrow(/only .gif is written/);
  await expect(prepareVideo(inFolder('a.mp4'), 'video')).rejects.toThrow(InputError);
});
