import { InputError } from '../../formats/errors.ts';
import type { PixelImage } from '../../library/api.ts';
import { encodePng } from '../../node/files/png_writing.ts';
import { loadSharp } from '../../node/files/sharp_decoder.ts';
import type { CommandLine } from '../options/arguments.ts';
import { prepareOutput } from './atomic_file.ts';
import { refuseOtherEnding } from './output_ending.ts';

/** Of a JPEG, in its own scale to 100: what is lost cannot be seen. */
export const jpegQuality = 95;

/** A picture that will be written at the end. */
export interface PictureOutput {
  write(image: PixelImage): Promise<void>;
}

/** True for a name that asks for a JPEG. */
export const isJpegName = (path: string): boolean => /\.jpe?g$/i.test(path);

/**
 * Checks that a picture can be written: a JPEG if its name says so, else a PNG.
 * @param option the option that named it
 * @throws InputError for the ending of another format, or a file that cannot be written
 * @throws MissingPackageError where the package that encodes it is not installed
 */
export async function preparePicture(path: string, option: string): Promise<PictureOutput> {
  refuseOtherEnding(path, ['png', 'jpg', 'jpeg'], option);
  const out = await prepareOutput(path, option);
  if (!isJpegName(path)) return { write: (image) => out.write(encodePng(image)) };
  await loadSharp();
  return { write: async (image) => out.write(await encodeJpeg(image)) };
}

/** The picture that an option names, if it is given. @throws as `preparePicture` */
export async function optionalPicture(
  line: CommandLine,
  option: string,
): Promise<PictureOutput | undefined> {
  const path = line.text(option);
  if (path === '') throw new InputError('no file name', { option });
  return path === undefined ? undefined : preparePicture(path, option);
}

/** Clear parts lie over white, since a JPEG has none. */
async function encodeJpeg({ width, height, rgba, channels = 3 }: PixelImage): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const pixels = new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length);
  const picture = sharp(pixels, { raw: { width, height, channels: 4 } }).flatten({
    background: '#fff',
  });
  const coloured = channels < 3 ? picture.toColourspace('b-w') : picture;
  return coloured.jpeg({ quality: jpegQuality, chromaSubsampling: '4:4:4' }).toBuffer();
}
