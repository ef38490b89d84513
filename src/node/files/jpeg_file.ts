import { decode } from 'jpeg-js';
import type { PixelImage } from '../../engine/memory/image.ts';
import { FormatError } from '../../formats/errors.ts';
import { orientationOf } from './exif.ts';

/** Its coefficients, in four bytes each, for as many pixels as a photograph may have. */
const mostMegabytes = 2048;

export interface Jpeg extends PixelImage {
  /** How it is to be turned: EXIF's numbers, from 1, as it is, to 8. */
  readonly orientation: number;
}

/** Whether a file begins as a JPEG does. */
export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/**
 * Decodes a JPEG, as it lies in the file.
 * @throws FormatError where the bytes are no sound JPEG, or it has more pixels than given
 */
export function decodeJpeg(bytes: Uint8Array, file: string, mostPixels: number): Jpeg {
  try {
    const decoded = decode(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      maxResolutionInMP: mostPixels / 1e6,
      maxMemoryUsageInMB: mostMegabytes,
    });
    const { width, height, data } = decoded;
    const exif = 'exifBuffer' in decoded ? decoded.exifBuffer : undefined;
    return {
      width,
      height,
      rgba: new Uint8ClampedArray(data),
      // The decoder leaves the second of the two zeros after `Exif`.
      orientation: exif instanceof Uint8Array ? orientationOf(exif.subarray(1)) : 1,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new FormatError(
      /limit exceeded/.test(message)
        ? `a JPEG of more than ${mostPixels} pixels; make it smaller`
        : `a broken JPEG: ${message}`,
      { file },
    );
  }
}
