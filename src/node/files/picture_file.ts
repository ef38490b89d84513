import type { PixelImage } from '../../engine/memory/image.ts';
import { FormatError, InputError } from '../../formats/errors.ts';
import { readInput } from './input_file.ts';
import { decodeJpeg, isJpeg } from './jpeg_file.ts';
import { middleSquare, turned } from './picture_scaling.ts';
import { decodePng, isPng } from './png_file.ts';

/** What a photograph may have: it bounds the memory that it is decoded in. */
const mostPixels = 2 ** 26;

/**
 * Reads a photograph of any size, PNG or JPEG by its content: the square in its middle, scaled to the model's frame.
 * @param side of the frame
 * @throws InputError where there is no such file, or another; FormatError where it is broken or too large
 */
export async function readPicture(path: string, side: number, option: string): Promise<PixelImage> {
  const bytes = await readInput(path);
  if (isPng(bytes)) {
    const picture = decodePng(bytes, path, (width, height) => {
      if (width * height > mostPixels)
        throw new FormatError(`a PNG of more than ${mostPixels} pixels; make it smaller`, {
          file: path,
        });
    });
    return middleSquare(picture, side);
  }
  if (isJpeg(bytes)) {
    const picture = decodeJpeg(bytes, path, mostPixels);
    return turned(middleSquare(picture, side), picture.orientation);
  }
  throw new InputError(`${path} is neither a PNG nor a JPEG; save it as one of these`, { option });
}
