import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { PixelImage } from '../../engine/memory/image.ts';
import { FormatError, InputError } from '../../formats/errors.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Of the first chunk, which has the size, and at its end the way of interlacing. */
const headerEnd = 33;
const interlaced = 28;
const idat = 0x49444154;

/** Whether a file begins as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * Encodes a square image. The same pixels give the same bytes.
 * @param rgba side·side·4 bytes, rows from the top; the alpha is not kept
 */
export function encodePng(rgba: Uint8Array | Uint8ClampedArray, side: number): Uint8Array {
  const png = new PNG({ width: side, height: side });
  png.data = Buffer.from(rgba);
  // Written without alpha, since every picture of a generator is opaque.
  return PNG.sync.write(png, { colorType: 2, inputHasAlpha: true });
}

/**
 * Reads a mask that was painted: white must stay. Grey is cut at half; what is transparent counts as black.
 * @param side what the mask's width and height must be: the image's
 * @returns side·side values, 1 where the image must stay, else 0
 * @throws FormatError where the bytes are no sound PNG
 * @throws InputError where the picture has another size
 */
export function decodeMaskPng(bytes: Uint8Array, side: number, file: string): Uint8Array {
  const { rgba } = decodePng(bytes, file, (width, height) => {
    if (width === side && height === side) return;
    throw new InputError(`${file} is ${width} × ${height} pixels, the image is ${side} × ${side}`, {
      option: 'mask',
    });
  });
  const mask = new Uint8Array(side * side);
  for (let i = 0; i < mask.length; i++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(4 * i, 4 * i + 4);
    mask[i] = ((red + green + blue) / 3) * (alpha / 255) >= 127.5 ? 1 : 0;
  }
  return mask;
}

/**
 * Decodes a PNG.
 * @param checkSize throws for a size that is not wanted, before anything is inflated
 * @throws FormatError where the bytes are no sound PNG
 */
export function decodePng(
  bytes: Uint8Array,
  file: string,
  checkSize: (width: number, height: number) => void,
): PixelImage {
  if (!isPng(bytes) || bytes.length < headerEnd)
    throw new FormatError('not a PNG', { file, offset: 0 });
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  checkSize(width, height);
  try {
    if (bytes[interlaced] !== 0) boundInterlaced(header, 8 * width * height);
    const { data } = PNG.sync.read(Buffer.from(bytes));
    return { width, height, rgba: new Uint8ClampedArray(data) };
  } catch (error) {
    throw new FormatError(`a broken PNG: ${error instanceof Error ? error.message : error}`, {
      file,
    });
  }
}

/**
 * pngjs inflates what is interlaced without a bound.
 * @param most bytes of all pixels
 * @throws RangeError for more than they, and a filter's byte for each row of the seven passes, can be
 */
function boundInterlaced(png: DataView, most: number): void {
  const parts: Uint8Array[] = [];
  for (let at = signature.length; at + 12 <= png.byteLength; ) {
    const length = png.getUint32(at);
    if (png.getUint32(at + 4) === idat) {
      const left = Math.min(length, png.byteLength - at - 8);
      parts.push(new Uint8Array(png.buffer, png.byteOffset + at + 8, left));
    }
    at += length + 12;
  }
  inflateSync(Buffer.concat(parts), { maxOutputLength: 2 * most + 64 });
}
