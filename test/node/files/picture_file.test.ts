import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { PixelImage } from '../../../src/engine/memory/image.ts';
import { DragganError, MissingPackageError } from '../../../src/formats/errors.ts';
import { readPicture } from '../../../src/node/files/picture_file.ts';
import type { FrameSize } from '../../../src/node/files/picture_part.ts';

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Colour = readonly number[];

function picture(width: number, height: number, colour: (x: number, y: number) => Colour) {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [red, green, blue, alpha = 255] = colour(i % width, Math.floor(i / width));
    rgba.set([red, green, blue, alpha], 4 * i);
  }
  return { width, height, rgba };
}

/** Opaque grey of a level for each pixel. */
const grey = (width: number, height: number, level: (x: number, y: number) => number) =>
  picture(width, height, (x, y) => [level(x, y), level(x, y), level(x, y)]);

const levels = ({ rgba }: PixelImage) => [...rgba].filter((_, i) => i % 4 === 0);
const colours = ({ rgba }: PixelImage) => [...rgba].filter((_, i) => i % 4 < 3);

function read(bytes: Uint8Array, frame: number | FrameSize): Promise<PixelImage> {
  const path = join(folder, 'photograph');
  writeFileSync(path, bytes);
  const size = typeof frame === 'number' ? { width: frame, height: frame } : frame;
  return readPicture(path, size, 'image');
}

function pngOf({ width, height, rgba }: PixelImage): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgba);
  return PNG.sync.write(png);
}

const sharpOf = ({ width, height, rgba }: PixelImage): Sharp =>
  sharp(Buffer.from(rgba), { raw: { width, height, channels: 4 } }).removeAlpha();

const jpegOf = (image: PixelImage): Promise<Buffer> =>
  sharpOf(image).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();

/** No channel is further from what is expected than this. */
function expectNear(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(wanted.length);
  const furthest = got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  expect(furthest, `${got} for ${wanted}`).toBeLessThanOrEqual(tolerance);
}

describe('the frame', () => {
  it('keeps what fits already, to the bit', async () => {
    const noise = picture(7, 7, (x, y) => [(x * 37 + y * 101) % 256, 5 * x, 9 * y]);
    expect(await read(pngOf(noise), 7)).toEqual(noise);
  });

  it('has the middle of what is wide or tall', async () => {
    const wide = grey(6, 2, (x) => 10 * x);
    expect(levels(await read(pngOf(wide), 2))).toEqual([20, 30, 20, 30]);
    const tall = grey(2, 6, (_, y) => 10 * y);
    expect(levels(await read(pngOf(tall), 2))).toEqual([20, 20, 30, 30]);
  });

  it('may be no square', async () => {
    const square = grey(6, 6, (x, y) => 10 * x + y);
    const { width, height, rgba } = await read(pngOf(square), { width: 2, height: 6 });
    expect([width, height, rgba[0], rgba[4]]).toEqual([2, 6, 20, 30]);
    const flat = await read(pngOf(square), { width: 6, height: 2 });
    expect([flat.rgba[0], flat.rgba[4 * 6]]).toEqual([2, 3]);
  });

  // Lanczos' filter weighs neighbours too, so that a mean of the area alone is met to 2 levels.
  it('shrinks without aliases: a pixel is about the mean of the area that it covers', async () => {
    const ramp = grey(64, 64, (x, y) => 2 * y + x);
    const mean = Array.from({ length: 64 }, (_, i) => 2 * (8 * (i >> 3) + 3.5) + 8 * (i % 8) + 3.5);
    expectNear(levels(await read(pngOf(ramp), 8)), mean, 2);
    const board = grey(60, 60, (x, y) => 255 * ((x + y) % 2));
    expectNear(levels(await read(pngOf(board), 7)), Array(49).fill(127.5), 2);
  });

  it('interpolates where it grows', async () => {
    const ramp = grey(8, 8, (x) => 30 * x);
    const grown = levels(await read(pngOf(ramp), 16)).slice(16 * 8, 16 * 9);
    const linear = Array.from({ length: 16 }, (_, i) => 30 * ((i + 0.5) / 2 - 0.5));
    expectNear(grown.slice(4, 12), linear.slice(4, 12), 2);
  });

  it('has white behind what is transparent', async () => {
    const clear = picture(2, 2, (x) => (x === 0 ? [200, 0, 0, 0] : [9, 9, 9, 127]));
    expectNear(colours(await read(pngOf(clear), 2)).slice(0, 6), [255, 255, 255, 132, 132, 132], 1);
  });
});

describe('a camera that was turned', () => {
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
  const edges: Record<string, number[]> = {
    top: [0, 1, 2],
    bottom: [6, 7, 8],
    left: [0, 3, 6],
    right: [2, 5, 8],
  };
  it.each(seen)(
    '%i shows the first row at the %s, the first column at the %s',
    async (n, row, column) => {
      const marked = async (mark: (x: number, y: number) => boolean) => {
        const held = sharpOf(grey(48, 24, (x, y) => (mark((x - 12) >> 3, y >> 3) ? 200 : 0)));
        const bytes = await held.withMetadata({ orientation: n }).jpeg({ quality: 100 }).toBuffer();
        return levels(await read(bytes, 3)).flatMap((level, i) => (level > 150 ? [i] : []));
      };
      expect(await marked((_, y) => y === 0)).toEqual(edges[row]);
      expect(await marked((x) => x === 0)).toEqual(edges[column]);
    },
  );
});

describe('colours', () => {
  const wanted: Colour = [200, 80, 40];
  const flat = picture(16, 16, () => wanted);
  const whole = (colour: readonly number[]) => Array.from({ length: 4 }, () => colour).flat();

  it('are those of every format', async () => {
    const files = {
      png: await sharpOf(flat).png().toBuffer(),
      palette: await sharpOf(flat).png({ palette: true }).toBuffer(),
      deep: await sharpOf(flat).toColourspace('rgb16').png().toBuffer(),
      jpeg: await jpegOf(flat),
      progressive: await sharpOf(flat).jpeg({ quality: 100, progressive: true }).toBuffer(),
      webp: await sharpOf(flat).webp({ lossless: true }).toBuffer(),
      tiff: await sharpOf(flat).tiff({ compression: 'lzw' }).toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) {
      expectNear(colours(await read(bytes, 2)), whole(wanted), 2);
      expect(name).not.toBe('');
    }
  });

  it('are grey where there are none', async () => {
    const bare = sharpOf(grey(16, 16, () => 77)).toColourspace('b-w');
    for (const bytes of [
      await bare.clone().png().toBuffer(),
      await bare.clone().jpeg({ quality: 100 }).toBuffer(),
      await bare.clone().toColourspace('grey16').png().toBuffer(),
    ])
      expectNear(colours(await read(bytes, 2)), whole([77, 77, 77]), 1);
  });

  it('are those of the profile', async () => {
    for (const depth of ['srgb', 'rgb16'] as const) {
      const tagged = await sharpOf(flat).toColourspace(depth).withIccProfile('p3').png().toBuffer();
      const { data } = await sharp(tagged, { ignoreIcc: true })
        .raw()
        .toBuffer({ resolveWithObject: true });
      // sRGB 200 80 40 in Display P3, by the matrices of CSS Color 4.
      expectNear([...data.subarray(0, 3)], [186, 88, 52], 1);
      expectNear(colours(await read(tagged, 2)), whole(wanted), 2);
    }
  });

  /** The segments of a JPEG whose markers are given are left out. */
  function without(jpeg: Buffer, ...markers: number[]): Buffer {
    const kept = [jpeg.subarray(0, 2)];
    let at = 2;
    while (jpeg[at + 1] !== 0xda) {
      const end = at + 2 + jpeg.readUInt16BE(at + 2);
      if (!markers.includes(jpeg[at + 1])) kept.push(jpeg.subarray(at, end));
      at = end;
    }
    return Buffer.concat([...kept, jpeg.subarray(at)]);
  }

  it('are red, green and blue where a JPEG says that it is not transformed', async () => {
    const jpeg = without(await jpegOf(flat), 0xe0);
    // Adobe's segment: version 100, no flags, transform 0.
    const adobe = [0xff, 0xee, 0, 14, ...new TextEncoder().encode('Adobe'), 0, 100, 0, 0, 0, 0, 0];
    const marked = Buffer.concat([jpeg.subarray(0, 2), Buffer.from(adobe), jpeg.subarray(2)]);
    // So what JFIF has for luma and the two differences of colour is shown.
    const [red, green, blue] = wanted;
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    const differences = [128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402];
    expectNear(colours(await read(marked, 2)), whole([luma, ...differences]), 2);
  });

  it('are those that inks leave, where a JPEG of inks has no profile', async () => {
    const inks = await sharpOf(flat).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    const bare = without(inks, 0xe2);
    // With Adobe's segment the numbers lie upside down, and without it as they are.
    for (const bytes of [bare, without(bare, 0xee)]) {
      const stored = sharp(bytes).pipelineColourspace('cmyk').toColourspace('cmyk');
      const [cyan, magenta, yellow, black] = await stored.raw().toBuffer();
      const light = [cyan, magenta, yellow].map((ink) => ((255 - ink) * (255 - black)) / 255);
      expectNear(colours(await read(bytes, 2)), whole(light), 1);
    }
  });
});

const sound = await jpegOf(grey(32, 32, (x) => 8 * x));
const image = grey(32, 32, (x, y) => 6 * x + y);
const formats: [string, Buffer][] = [
  ['JPEG', sound],
  ['PNG', pngOf(image)],
  ['WebP', await sharpOf(image).webp().toBuffer()],
  ['TIFF', await sharpOf(image).tiff().toBuffer()],
];

describe('readPicture', () => {
  it('takes pictures of any size', async () => {
    const wide = grey(90, 40, (x) => (x < 45 ? 40 : 200));
    for (const bytes of [pngOf(wide), await jpegOf(wide)])
      expectNear(levels(await read(bytes, 4)).slice(0, 4), [40, 40, 200, 200], 20);
  });

  /** A PNG whose header says what it likes. */
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

  const huge = Uint8Array.from(sound);
  huge.set(
    [0xff, 0, 0xff, 0],
    sound.findIndex((byte, i) => byte === 0xff && sound[i + 1] === 0xc0) + 5,
  );
  const text = (value: string) => new TextEncoder().encode(value);
  const refused: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['nothing', new Uint8Array(), /is empty: it has 0 bytes/],
    ['a text', text('hello, world'), /neither a PNG nor a JPEG/],
    ['a GIF', text('GIF89a'), /is a GIF, which is not read; save it/],
    ['a HEIC', text('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), /is a HEIC picture/],
    ['a HEIC that names its container', text('\0\0\0\x18ftypmif1\0\0\0\0mif1heic'), /is a HEIC/],
    ['an AVIF', text('\0\0\0\x18ftypmif1\0\0\0\0mif1avif'), /is an AVIF picture, which is not/],
    [
      'a drawing',
      text('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      /is an SVG/,
    ],
    ['a web page', text('<!DOCTYPE html><html></html>'), /is a web page/],
    ['a PDF', text('%PDF-1.7\n'), /is a PDF/],
    ['a PNG without end', png(100_000, 100_000, 0, new Uint8Array(9)), /a PNG of more than 1342/],
    ['a bomb', png(30_000, 30_000, 0, new Uint8Array(1e6)), /a PNG of more than 1342/],
    ['a cut PNG', pngOf(grey(9, 9, () => 1)).subarray(0, 60), /a broken PNG/],
    ['a PNG’s first bytes', pngOf(grey(9, 9, () => 1)).subarray(0, 20), /a broken PNG/],
    ['a JPEG without end', huge, /a JPEG of more than 1342/],
    ['a cut JPEG', sound.subarray(0, 150), /a broken JPEG/],
    ['a JPEG that is half there', sound.subarray(0, sound.length - 60), /a broken JPEG/],
    ['a WebP of nothing', text('RIFF\0\0\0\0WEBPVP8 '), /a broken WebP/],
    ['a TIFF of nothing', text('II*\0\x08\0\0\0'), /a broken TIFF/],
  ];
  it.each(refused)('refuses %s', async (_, bytes, message) => {
    const error = await read(bytes, 4).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DragganError);
    expect(String(error)).toMatch(message);
  });

  it.each(formats)('survives whatever a %s holds', async (_, bytes) => {
    const step = Math.ceil(bytes.length / 300);
    for (let i = 0; i < bytes.length; i += step) {
      const mutated = Uint8Array.from(bytes);
      mutated[i] ^= 1 << (i % 8);
      const result = await read(mutated, 4).catch((reason: unknown) => reason);
      if (result instanceof Error) expect(result, `byte ${i}`).toBeInstanceOf(DragganError);
      else expect(result).toMatchObject({ width: 4, height: 4 });
    }
  });

  it('says what to install where the decoder is missing', async () => {
    vi.resetModules();
    vi.doMock('sharp', () => {
      throw new Error('Cannot find package');
    });
    const { readPicture: reader } = await import('../../../src/node/files/picture_file.ts');
    const path = join(folder, 'sound.jpg');
    writeFileSync(path, sound);
    const error = await reader(path, { width: 4, height: 4 }, 'image').catch((e: unknown) => e);
    vi.doUnmock('sharp');
    expect(error).toMatchObject({ name: MissingPackageError.name });
    expect(String(error)).toMatch(/npm install sharp/);
  });
});
