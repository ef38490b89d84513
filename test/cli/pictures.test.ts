import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { preparePicture } from '../../src/cli/files/picture_output.ts';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { InputError } from '../../src/formats/errors.ts';

vi.mock('../../src/cli/files/open_model.ts', () => ({
  openModel: () => {
    throw new Error('a device was opened');
  },
}));

const tiny = fileURLToPath(new URL('../fixtures/tiny.safetensors', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const photograph = inFolder('photograph.png');
const edited = inFolder('edited.png');
const colour = (width: number, height: number, [r, g, b]: readonly number[]) =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } }).png();
const invert = (...more: string[]) =>
  runCommand(['invert', tiny, '--image', photograph, ...more], new Progress());

beforeAll(async () => {
  // Columns of 0 to 199, rows of 0 to 99.
  const rgb = Buffer.alloc(3 * 200 * 100);
  for (let i = 0; i < 200 * 100; i++) rgb.set([i % 200, Math.floor(i / 200), 50], 3 * i);
  await sharp(rgb, { raw: { width: 200, height: 100, channels: 3 } })
    .png()
    .toFile(photograph);
  await colour(128, 128, [0, 0, 200]).toFile(edited);
});

describe('draggan invert', () => {
  it('takes the part that is named, and puts a picture back there', async () => {
    const [frame, pasted] = [inFolder('frame.png'), inFolder('pasted.png')];
    const crop = ['--crop', '20,110,64', '--frame-out', frame];
    const paste = ['--edited', edited, '--paste', pasted, '--json'];
    expect(JSON.parse(await invert(...crop, ...paste))).toEqual({ crop: [20, 110, 64] });
    const framed = PNG.sync.read(readFileSync(frame));
    expect([framed.width, framed.height]).toEqual([64, 64]);
    expect([...framed.data.subarray(0, 8)]).toEqual([110, 20, 50, 255, 111, 20, 50, 255]);
    const whole = PNG.sync.read(readFileSync(pasted));
    expect([whole.width, whole.height]).toEqual([200, 100]);
    const at = (x: number, y: number) => [...whole.data.subarray(4 * (200 * y + x)).subarray(0, 3)];
    expect([at(109, 50), at(174, 50), at(140, 19), at(140, 84)]).toEqual([
      [109, 50, 50],
      [174, 50, 50],
      [140, 19, 50],
      [140, 84, 50],
    ]);
    expect(at(142, 52)).toEqual([0, 0, 200]);
  });

  it.each<[what: string, args: string[], message: RegExp]>([
    ['a crop that is none', ['--crop', '1,2'], /--crop: "1,2" is not ROW,COLUMN,SIDE/],
    ['a crop of nothing', ['--crop', '1,2,0'], /--crop: "1,2,0" is not ROW,COLUMN,SIDE/],
    [
      'a crop outside',
      ['--crop', '40,100,64'],
      /--crop: rows 40 to 103 and columns 100 to 163 do not lie in .* 200 × 100 pixels/,
    ],
    ['nothing to put it in', ['--edited', edited], /--paste: is needed/],
    ['two pictures', ['--edited', edited, '--latent', tiny], /--latent: has no meaning beside/],
    [
      'a search for what is there',
      ['--edited', edited, '--paste', inFolder('x.png'), '--steps', '5'],
      /--steps: has no meaning beside --edited/,
    ],
    ['a photograph as NumPy', ['--out', inFolder('a.npy'), '--paste', 'x.npy'], /not in \.npy/],
  ])('refuses %s', async (_, args, message) => {
    const all =
      args.includes('--out') || args.includes('--edited')
        ? args
        : [...args, '--out', inFolder('o.npy')];
    const refused = invert(...all);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  it('refuses a picture of other proportions', async () => {
    const wide = inFolder('wide.png');
    await colour(128, 64, [0, 0, 0]).toFile(wide);
    const refused = invert('--edited', wide, '--paste', inFolder('x.png'));
    await expect(refused).rejects.toThrow(/wide\.png is 128 × 64 pixels; wanted are 64 × 64/);
  });

  it('overwrites neither photograph nor edited picture', async () => {
    for (const path of [photograph, edited])
      await expect(invert('--edited', edited, '--paste', path)).rejects.toThrow(/overwritten/);
  });
});

describe('the ending of an output', () => {
  it.each<[args: string[], message: RegExp]>([
    [['generate', tiny, '--seed', '1', '--out', 'a.gif'], /--out: a\.gif: .*\.png or \.jpg/],
    [['generate', tiny, '--seed', '1', '--out', 'a.NPY'], /not in \.npy/],
    [['convert', tiny, 'o.pkl'], /o\.pkl: what is written ends in \.safetensors, not in \.pkl/],
    [['eval', tiny, '--seed', '1', '--tensors', 'image', '--out', 'o.png'], /not in \.png/],
    [
      ['drag', tiny, '--seed', '1', '--points', '1,1>2,2', '--trace', 'o.json'],
      /--trace: o\.json: .*not in \.json/,
    ],
  ])('is that of what is written: %j', async (args, message) => {
    const refused = runCommand(args, new Progress());
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  it('may make a JPEG of a picture, over white where it is clear', async () => {
    const rgba = new Uint8ClampedArray(4 * 16 * 16).map((_, i) => [200, 20, 90, 255][i % 4]);
    rgba.fill(0, 0, 4 * 16 * 8);
    const image = { width: 16, height: 16, rgba, channels: 4 };
    await (await preparePicture(inFolder('a.JPG'), 'out')).write(image);
    const bytes = readFileSync(inFolder('a.JPG'));
    expect((await sharp(bytes).metadata()).format).toBe('jpeg');
    const data = await sharp(bytes).raw().toBuffer();
    expect(Math.abs(data[0] - 255)).toBeLessThanOrEqual(2);
    for (const [c, level] of [200, 20, 90].entries())
      expect(Math.abs(data[3 * (16 * 14 + 8) + c] - level)).toBeLessThanOrEqual(3);
  });

  it('says nothing where nobody knows it', async () => {
    const rgba = new Uint8ClampedArray(4).fill(255);
    await (await preparePicture(inFolder('a.part'), 'out')).write({ width: 1, height: 1, rgba });
    expect(PNG.sync.read(readFileSync(inFolder('a.part'))).width).toBe(1);
  });
});
