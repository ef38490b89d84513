import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { afterAll, describe, expect, it } from 'vitest';
import type { PixelImage } from '../../../src/engine/memory/image.ts';
import { DragganError } from '../../../src/formats/errors.ts';
import { orientationOf } from '../../../src/node/files/exif.ts';
import { readPicture } from '../../../src/node/files/picture_file.ts';
import { middleSquare, turned } from '../../../src/node/files/picture_scaling.ts';

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Opaque grey of a level for each pixel. */
function picture(
  width: number,
  height: number,
  level: (x: number, y: number) => number,
): PixelImage {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const value = level(i % width, Math.floor(i / width));
    rgba.set([value, value, value, 255], 4 * i);
  }
  return { width, height, rgba };
}

const levels = ({ rgba }: PixelImage) => [...rgba].filter((_, i) => i % 4 === 0);

function read(bytes: Uint8Array, side: number): Promise<PixelImage> {
  const path = join(folder, 'photograph');
  writeFileSync(path, bytes);
  return readPicture(path, side, 'image');
}

function pngOf({ width, height, rgba }: PixelImage): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgba);
  return PNG.sync.write(png);
}

const jpegOf = (image: PixelImage): Uint8Array =>
  encode({ width: image.width, height: image.height, data: image.rgba }, 100).data;

describe('middleSquare', () => {
  it('keeps what fits already, to the bit', () => {
    const noise = picture(7, 7, (x, y) => (x * 37 + y * 101) % 256);
    expect(middleSquare(noise, 7)).toEqual(noise);
  });

  it('takes the middle of what is wide or tall', () => {
    expect(
      levels(
        middleSquare(
          picture(6, 2, (x) => 10 * x),
          2,
        ),
      ),
    ).toEqual([20, 30, 20, 30]);
    expect(
      levels(
        middleSquare(
          picture(2, 6, (_, y) => 10 * y),
          2,
        ),
      ),
    ).toEqual([20, 20, 30, 30]);
  });

  it('takes the mean of the area that a pixel covers', () => {
    expect(
      levels(
        middleSquare(
          picture(4, 4, (x, y) => 16 * y + 4 * x),
          2,
        ),
      ),
    ).toEqual([10, 18, 42, 50]);
    // Of three pixels two become: each the whole of one and half of the middle one.
    expect(
      levels(
        middleSquare(
          picture(3, 3, (x) => [0, 90, 240][x] ?? 0),
          2,
        ),
      ),
    ).toEqual([30, 190, 30, 190]);
  });

  it('interpolates where it grows', () => {
    expect(
      levels(
        middleSquare(
          picture(2, 2, (x) => 100 * x),
          4,
        ),
      ).slice(0, 4),
    ).toEqual([0, 25, 75, 100]);
  });

  it('puts what is transparent before grey', () => {
    const clear = { width: 2, height: 1, rgba: new Uint8ClampedArray([200, 0, 0, 0, 9, 9, 9, 9]) };
    expect([...middleSquare(clear, 1).rgba]).toEqual([128, 128, 128, 255]);
  });
});

describe('a camera that was turned', () => {
  /** EXIF with an entry before the orientation. */
  function exif(orientation: number, little: boolean): Uint8Array {
    const view = new DataView(new ArrayBuffer(38));
    view.setUint16(0, little ? 0x4949 : 0x4d4d);
    view.setUint16(2, 42, little);
    view.setUint32(4, 8, little);
    view.setUint16(8, 2, little);
    view.setUint16(10, 0x010f, little);
    view.setUint16(22, 0x0112, little);
    view.setUint16(24, 3, little);
    view.setUint32(26, 1, little);
    view.setUint16(30, orientation, little);
    return new Uint8Array(view.buffer);
  }

  it.each([true, false])('is read, little-endian: %s', (little) => {
    for (let n = 1; n <= 8; n++) expect(orientationOf(exif(n, little))).toBe(n);
    expect(orientationOf(exif(9, little))).toBe(1);
    for (let length = 0; length < 34; length++)
      expect(orientationOf(exif(6, little).subarray(0, length))).toBe(1);
  });

  // Where the first row and column of the file are seen, as EXIF's table has it.
  const seen: [number, row: 'top' | 'bottom' | 'left' | 'right', column: string][] = [
    [1, 'top', 'left'],
    [2, 'top', 'right'],
    [3, 'bottom', 'right'],
    [4, 'bottom', 'left'],
    [5, 'left', 'top'],
    [6, 'right', 'top'],
    [7, 'right', 'bottom'],
    [8, 'left', 'bottom'],
  ];
  it.each(seen)(
    '%i shows the first row at the %s, the first column at the %s',
    (n, row, column) => {
      const edges = {
        top: [0, 1, 2],
        bottom: [6, 7, 8],
        left: [0, 3, 6],
        right: [2, 5, 8],
      } as Record<string, number[]>;
      const level = (mark: (x: number, y: number) => boolean) =>
        levels(
          turned(
            picture(3, 3, (x, y) => (mark(x, y) ? 200 : 0)),
            n,
          ),
        ).flatMap((value, i) => (value === 200 ? [i] : []));
      expect(level((_, y) => y === 0)).toEqual(edges[row]);
      expect(level((x) => x === 0)).toEqual(edges[column]);
    },
  );

  it('shows its JPEG upright', async () => {
    const dark = jpegOf(picture(32, 32, (_, y) => (y < 16 ? 20 : 220)));
    const said = exif(6, true);
    const segment = [0xff, 0xe1, 0, said.length + 8, ...new TextEncoder().encode('Exif'), 0, 0];
    const held = Uint8Array.from([
      ...dark.subarray(0, 2),
      ...segment,
      ...said,
      ...dark.subarray(2),
    ]);
    expect(levels(await read(dark, 2))).toEqual([20, 20, 220, 220]);
    expect(levels(await read(held, 2))).toEqual([220, 20, 220, 20]);
  });
});

describe('readPicture', () => {
  it('takes PNG and JPEG of any size', async () => {
    const wide = picture(90, 40, (x) => (x < 45 ? 40 : 200));
    for (const bytes of [pngOf(wide), jpegOf(wide)])
      expect(levels(await read(bytes, 2))).toEqual([40, 200, 40, 200]);
  });

  /** A PNG of one pixel whose header says what it likes. */
  function png(width: number, height: number, interlaced: number, data: Uint8Array): Buffer {
    const chunk = (name: string, content: Uint8Array): Buffer => {
      const body = Buffer.concat([Buffer.from(name), content]);
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(content.length);
      sum.writeUInt32BE(crc32(body));
      return Buffer.concat([length, body, sum]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 0, 0, 0, interlaced], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const chunks = [
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(data)),
      chunk('IEND', Buffer.alloc(0)),
    ];
    return Buffer.concat([signature, ...chunks]);
  }

  it('takes an interlaced PNG', async () => {
    expect(levels(await read(png(1, 1, 1, Uint8Array.of(0, 77)), 1))).toEqual([77]);
  });

  const sound = jpegOf(picture(32, 32, (x) => 8 * x));
  const huge = Uint8Array.from(sound);
  huge.set(
    [0xff, 0xff, 0xff, 0xff],
    sound.findIndex((byte, i) => byte === 0xff && sound[i + 1] === 0xc0) + 5,
  );
  const refused: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['neither', new TextEncoder().encode('GIF89a'), /neither a PNG nor a JPEG/],
    ['nothing', new Uint8Array(), /neither a PNG/],
    ['a PNG without end', png(100_000, 100_000, 0, new Uint8Array(9)), /a PNG of more than 6710/],
    ['a bomb', png(1, 1, 1, new Uint8Array(1e6)), /a broken PNG/],
    ['a cut PNG', pngOf(picture(9, 9, () => 1)).subarray(0, 60), /a broken PNG/],
    ['a PNG’s first bytes', pngOf(picture(9, 9, () => 1)).subarray(0, 20), /not a PNG/],
    ['a JPEG without end', huge, /a JPEG of more than 6710/],
    ['a cut JPEG', sound.subarray(0, 150), /a broken JPEG/],
  ];
  it.each(refused)('refuses %s', async (_, bytes, message) => {
    const error = await read(bytes, 4).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DragganError);
    expect(String(error)).toMatch(message);
  });

  it('survives whatever a JPEG holds', async () => {
    for (let i = 2; i < sound.length; i++) {
      const mutated = Uint8Array.from(sound);
      mutated[i] ^= 1 << (i % 8);
      const result = await read(mutated, 4).catch((reason: unknown) => reason);
      if (result instanceof Error) expect(result, `byte ${i}`).toBeInstanceOf(DragganError);
      else expect(result).toMatchObject({ width: 4, height: 4 });
    }
  });
});
