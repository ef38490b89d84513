import type { PixelImage } from '../../engine/memory/image.ts';
import { readInput } from './input_file.ts';
import { type OpenedPicture, openPicture } from './picture_decoding.ts';
import { pictureFormat } from './picture_format.ts';
import { type Crop, type FrameSize, type PicturePart, partOfPicture } from './picture_part.ts';

/**
 * Opens a picture: PNG, JPEG, WebP or TIFF, by its content.
 * @param option the option that named the file, for messages
 * @throws InputError where there is no such file, or it is no such picture; FormatError where it is broken or too large
 * @throws MissingPackageError where the package that decodes it is not installed
 */
export async function openPictureFile(path: string, option: string): Promise<OpenedPicture> {
  const bytes = await readInput(path);
  return openPicture(bytes, pictureFormat(bytes, path, option), path);
}

/** A picture as it is, laid over nothing. @throws FormatError where it is broken */
export async function wholePicture(picture: OpenedPicture): Promise<PixelImage> {
  const { width, height, channels, data } = await picture.decode((upright) => upright);
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let pixel = 0; 4 * pixel < rgba.length; pixel++)
    rgba.set(data.subarray(channels * pixel, channels * (pixel + 1)), 4 * pixel);
  return { width, height, rgba, channels };
}

/**
 * Reads a photograph of any size into a frame: `openPictureFile`, `partOfPicture` and `framedPicture` in one.
 * @param frame pixels of the model's image
 * @param crop which part of it (the largest in its middle)
 */
export async function readPicture(
  path: string,
  frame: FrameSize,
  option: string,
  crop?: Crop,
): Promise<PixelImage> {
  const picture = await openPictureFile(path, option);
  return framedPicture(picture, partOfPicture(picture, frame, crop, path), frame);
}

/**
 * A part of a photograph as a frame of the model's: scaled by Lanczos' filter, in sRGB, and laid over white.
 * @param part of the frame's proportions
 * @throws FormatError where the photograph is broken
 */
export async function framedPicture(
  picture: OpenedPicture,
  part: PicturePart,
  frame: FrameSize,
): Promise<PixelImage> {
  // Where the picture grows, the library places pixels half a pixel of the result too far left and up. So it scales to
  // twice the size, of which every second pixel lies where it should.
  const step = part.width < frame.width || part.height < frame.height ? 2 : 1;
  const size = { width: step * frame.width, height: step * frame.height };
  const { data } = await picture.decode((upright) =>
    upright
      .extract(part)
      .flatten({ background: '#fff' })
      // A JPEG decoder that shrinks while it decodes rounds the size, which moves the content by parts of a pixel.
      .resize({ ...size, fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false }),
  );
  const rgba = new Uint8ClampedArray(4 * frame.width * frame.height).fill(255);
  for (let pixel = 0; 4 * pixel < rgba.length; pixel++) {
    const x = step * (pixel % frame.width) + step - 1;
    const y = step * Math.floor(pixel / frame.width) + step - 1;
    const from = 3 * (y * size.width + x);
    rgba.set(data.subarray(from, from + 3), 4 * pixel);
  }
  return { ...frame, rgba };
}
