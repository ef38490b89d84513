import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { PixelImage } from '../../../src/engine/memory/image.ts';
import { openPicture } from '../../../src/node/files/picture_decoding.ts';
import { framedPicture } from '../../../src/node/files/picture_file.ts';
import { partOfPicture } from '../../../src/node/files/picture_part.ts';
import { pastePicture } from '../../../src/node/files/picture_pasting.ts';

const png = { format: 'PNG' } as const;

/** Smooth in both directions, so that scaling it there and back hardly changes it. */
function scene(width: number, height: number): Buffer {
  const rgb = Buffer.alloc(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      rgb[3 * (y * width + x)] = 40 + (150 * x) / width;
      rgb[3 * (y * width + x) + 1] = 220 - (150 * y) / height;
      rgb[3 * (y * width + x) + 2] = 128 + 80 * Math.sin((x + y) / 25);
    }
  return rgb;
}

const raw = (width: number, height: number, data = scene(width, height)) =>
  sharp(data, { raw: { width, height, channels: 3 } });

/** Red, green and blue of a file, upright. */
async function pixels(bytes: Uint8Array) {
  const picture = sharp(bytes).removeAlpha().raw();
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3),
  ];
  return { width: info.width, height: info.height, data, at };
}

function flat(width: number, height: number, colour: readonly number[]): PixelImage {
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => colour[i % 4]);
  return { width, height, rgba };
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe('a picture that is put back', () => {
  it.each([
    ['grows', { width: 32, height: 32 }, { row: 20, column: 70, side: 96 }],
    ['grows a little', { width: 64, height: 64 }, { row: 20, column: 70, side: 96 }],
    ['shrinks', { width: 128, height: 128 }, { row: 20, column: 70, side: 96 }],
    ['is no square', { width: 32, height: 64 }, { row: 4, column: 30, side: 60 }],
  ])('lies where it was taken from: it %s', async (_, frame, crop) => {
    const bytes = await raw(240, 140).png().toBuffer();
    const photograph = await openPicture(bytes, 'PNG', 'photograph');
    const part = partOfPicture(photograph, frame, crop, 'photograph');
    const framed = await framedPicture(photograph, part, frame);
    const pasted = await pixels(await pastePicture(photograph, part, framed, png));
    expect([pasted.width, pasted.height]).toEqual([240, 140]);
    // A pixel further to one side would be off by more, and so by the whole of it at the edges.
    expect(furthest(pasted.data, scene(240, 140))).toBeLessThanOrEqual(3);
  });

  it('leaves the rest as it was, and fades into it', async () => {
    const bytes = await raw(200, 100).png().toBuffer();
    const photograph = await openPicture(bytes, 'PNG', 'photograph');
    const part = { left: 60, top: 10, width: 80, height: 80 };
    const black = flat(16, 16, [0, 0, 0, 255]);
    const { at } = await pixels(await pastePicture(photograph, part, black, png));
    const before = await pixels(bytes);
    for (const [x, y] of [
      [0, 0],
      [59, 50],
      [140, 50],
      [100, 9],
      [100, 90],
      [199, 99],
    ] as const)
      expect(at(x, y)).toEqual(before.at(x, y));
    expect(at(100, 50)).toEqual([0, 0, 0]);
    // Over a sixteenth of the side it goes from one to the other, without a step.
    const across = Array.from({ length: 9 }, (_, i) => at(60 + i, 50)[1]);
    for (const [i, level] of across.entries())
      expect(level).toBeLessThanOrEqual((across[i - 1] ?? 255) + 1);
    expect(across[0]).toBeGreaterThan(0.6 * before.at(60, 50)[1]);
    expect(across[8]).toBe(0);
  });

  it('does not fade where the photograph ends', async () => {
    const bytes = await raw(80, 80).png().toBuffer();
    const photograph = await openPicture(bytes, 'PNG', 'photograph');
    const part = { left: 0, top: 0, width: 80, height: 80 };
    const grey = flat(16, 16, [90, 90, 90, 255]);
    const { data } = await pixels(await pastePicture(photograph, part, grey, png));
    expect(
      furthest(
        data,
        Uint8Array.from(data, () => 90),
      ),
    ).toBe(0);
  });

  it('is upright, as the photograph is then', async () => {
    // Stored on its side: the camera's top is the photograph's right.
    const bytes = await raw(120, 60)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const photograph = await openPicture(bytes, 'JPEG', 'photograph');
    expect([photograph.width, photograph.height]).toEqual([60, 120]);
    const part = { left: 10, top: 70, width: 40, height: 40 };
    const red = flat(8, 8, [200, 0, 0, 255]);
    const written = await pastePicture(photograph, part, red, png);
    const { width, height, at } = await pixels(written);
    expect([width, height, at(30, 90)]).toEqual([60, 120, [200, 0, 0]]);
    expect((await sharp(written).metadata()).orientation).toBeUndefined();
    const upright = await sharp(bytes).autoOrient().raw().toBuffer();
    expect(furthest(at(30, 20), upright.subarray(3 * (20 * 60 + 30)))).toBeLessThanOrEqual(1);
  });

  it.each<[what: string, bytes: () => Promise<Buffer>, wanted: number[]]>([
    [
      'another profile',
      () =>
        raw(60, 60, Buffer.alloc(3 * 3600, 128))
          .withIccProfile('p3')
          .png()
          .toBuffer(),
      [128, 128, 128],
    ],
    [
      '16 bits',
      () =>
        raw(60, 60, Buffer.alloc(3 * 3600, 77))
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
      [77, 77, 77],
    ],
    [
      'grey',
      () =>
        raw(60, 60, Buffer.alloc(3 * 3600, 77))
          .grayscale()
          .png()
          .toBuffer(),
      [77, 77, 77],
    ],
    [
      'inks without a profile',
      () =>
        raw(60, 60, Buffer.alloc(3 * 3600, 255))
          .toColourspace('cmyk')
          .jpeg()
          .toBuffer(),
      [255, 255, 255],
    ],
  ])('has its colours, and the photograph of %s its own, in sRGB', async (_, make, wanted) => {
    const bytes = await make();
    const format = bytes[0] === 0xff ? 'JPEG' : 'PNG';
    const photograph = await openPicture(bytes, format, 'photograph');
    const part = { left: 20, top: 20, width: 32, height: 32 };
    const colour = flat(16, 16, [200, 30, 60, 255]);
    const { at } = await pixels(await pastePicture(photograph, part, colour, png));
    expect(at(36, 36)).toEqual([200, 30, 60]);
    expect(furthest(at(5, 5), wanted)).toBeLessThanOrEqual(1);
  });

  it('may be written as a JPEG', async () => {
    const photograph = await openPicture(await raw(60, 60).png().toBuffer(), 'PNG', 'photograph');
    const part = { left: 0, top: 0, width: 60, height: 60 };
    const encoding = { format: 'JPEG', quality: 95 } as const;
    const written = await pastePicture(photograph, part, flat(8, 8, [9, 99, 200, 255]), encoding);
    expect((await sharp(written).metadata()).format).toBe('jpeg');
    expect(furthest((await pixels(written)).at(30, 30), [9, 99, 200])).toBeLessThanOrEqual(3);
  });
});
