import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { prepareFrameFolder, prepareVideo } from '../../src/cli/files/frame_files.ts';
import { InputError, MissingPackageError, OutputError } from '../../src/formats/errors.ts';
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
  await expect(prepareVideo(inFolder('a.avi'), 'video')).rejects.toThrow(/ends in .gif, .mp4/);
  await expect(prepareVideo(inFolder('a.avi'), 'video')).rejects.toThrow(InputError);
});

describe.runIf(process.platform === 'linux')('a video', () => {
  const { PATH } = process.env;
  afterEach(() => {
    process.env.PATH = PATH;
  });
  /** Puts a program in the place of ffmpeg: its last argument is the file. */
  function encodeBy(script: string): void {
    const bin = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(bin, 'ffmpeg'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env.PATH = `${bin}:/usr/bin:/bin`;
  }
  const frame = async (index: number) => ({
    width: 3,
    height: 2,
    rgba: new Uint8ClampedArray(24).fill(index + 1),
  });

  it('says what is missing where there is no encoder, before the drag', async () => {
    process.env.PATH = folder;
    const refused = prepareVideo(inFolder('b.mp4'), 'video');
    await expect(refused).rejects.toThrow(MissingPackageError);
    await expect(refused).rejects.toThrow(/ffmpeg, which is not installed/);
  });

  it('is given its frames in order, and the last for a while', async () => {
    encodeBy('for last; do :; done; [ "$1" = -version ] || cat > "$last"');
    const path = inFolder('b.mp4');
    await (await prepareVideo(path, 'video')).write(3, frame);
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(24 * (2 + 38));
    expect([bytes[0], bytes[24], bytes[48], bytes.at(-1)]).toEqual([1, 2, 3, 3]);
  });

  it('is told what the encoder says, and leaves nothing behind', async () => {
    encodeBy('[ "$1" = -version ] || { echo "no such codec" >&2; exit 3; }');
    const path = inFolder('c.webm');
    const writing = (await prepareVideo(path, 'video')).write(2000, frame);
    await expect(writing).rejects.toThrow(/ffmpeg: no such codec/);
    await expect(writing).rejects.toThrow(OutputError);
    expect(readdirSync(folder)).not.toContain('c.webm');
  });
});
