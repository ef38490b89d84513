import { PNG } from 'pngjs';
import { FormatError, InputError } from '../formats/errors.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

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
  const pixels = decodePng(bytes, side, file, 'mask');
  const mask = new Uint8Array(side * side);
  for (let i = 0; i < mask.length; i++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(4 * i, 4 * i + 4);
    mask[i] = ((red + green + blue) / 3) * (alpha / 255) >= 127.5 ? 1 : 0;
  }
  return mask;
}

/**
 * Decodes a square PNG of a given side.
 * @returns side·side·4 bytes
 * @throws FormatError where the bytes are no sound PNG
 * @throws InputError where the picture has another size
 */
export function decodePng(
  bytes: Uint8Array,
  side: number,
  file: string,
  option: string,
): Uint8Array {
  if (!isPng(bytes) || bytes.length < 24) throw new FormatError('not a PNG', { file, offset: 0 });
  // The size stands in the first chunk; looked at here, so that no picture but one of the right size is inflated.
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  if (width !== side || height !== side) {
    throw new InputError(`${file} is ${width} × ${height} pixels, the image is ${side} × ${side}`, {
      option,
    });
  }
  try {
    return PNG.sync.read(Buffer.from(bytes)).data;
  } catch (error) {
    throw new FormatError(`a broken PNG: ${error instanceof Error ? error.message : error}`, {
      file,
    });
  }
}
