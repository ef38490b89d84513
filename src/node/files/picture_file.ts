import type { PixelImage } from '../../engine/memory/image.ts';
import { readInput } from './input_file.ts';
import { openPicture } from './picture_decoding.ts';
import { pictureFormat } from './picture_format.ts';

/** Pixels of a frame. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Reads a photograph of any size: PNG, JPEG, WebP or TIFF, by its content. It is turned upright,
 * cropped to the largest part in its middle that has the frame's proportions, scaled to the frame by Lanczos' filter,
 * converted to sRGB, and laid over white.
 * @param frame pixels of the model's image
 * @param option the option that named the file, for messages
 * @throws InputError where there is no such file, or it is no such picture; FormatError where it is broken or too large
 * @throws MissingPackageError where the package that decodes it is not installed
 */
export async function readPicture(
  path: string,
  frame: FrameSize,
  option: string,
): Promise<PixelImage> {
  const bytes = await readInput(path);
  const picture = await openPicture(bytes, pictureFormat(bytes, path, option), path);
  const part = middle(picture, frame);
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

/** The largest part in a picture's middle that has a frame's proportions, to a whole pixel. */
function middle(picture: FrameSize, frame: FrameSize) {
  const scale = Math.min(picture.width / frame.width, picture.height / frame.height);
  const width = Math.max(1, Math.round(frame.width * scale));
  const height = Math.max(1, Math.round(frame.height * scale));
  return {
    left: Math.floor((picture.width - width) / 2),
    top: Math.floor((picture.height - height) / 2),
    width,
    height,
  };
}
