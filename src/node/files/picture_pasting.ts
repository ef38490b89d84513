import type { PixelImage } from '../../engine/memory/image.ts';
import type { OpenedPicture } from './picture_decoding.ts';
import type { FrameSize, PicturePart } from './picture_part.ts';
import { loadSharp } from './sharp_decoder.ts';

/** How wide the part's edge is over which one picture fades into the other, in the part's shorter side. */
const feather = 1 / 16;
/** Up to so many times the size, half a pixel of the result is a noticeable part of a pixel of the picture. */
const noticeable = 4;

/** Pixels beyond which a JPEG is a few hundredths longer, and takes a third of the memory. */
const largestOptimised = 2 ** 24;

/** What a picture is encoded as. */
export type PastedFormat =
  | { readonly format: 'PNG' }
  | { readonly format: 'JPEG'; quality: number };

/**
 * Puts a picture in the place of a part of a photograph, at the photograph's size: upright, in sRGB, and outside of that
 * part as it was. The edges of the part fade, but for those that are the photograph's own.
 * @param part of the picture's proportions
 * @returns the bytes of a file
 * @throws FormatError where the photograph is broken
 */
export async function pastePicture(
  photograph: OpenedPicture,
  part: PicturePart,
  picture: PixelImage,
  encoding: PastedFormat,
): Promise<Uint8Array> {
  const { left, top, width, height } = part;
  const input = await scaled(picture, part);
  fadeEdges(input, part, photograph);
  return photograph.encode((upright) => {
    // The library takes a Buffer here, and a plain array elsewhere.
    const buffer = Buffer.from(input.buffer, input.byteOffset, input.length);
    const raw = { width, height, channels: 4 } as const;
    const pasted = upright.composite([{ input: buffer, raw, left, top }]);
    return encoding.format === 'PNG'
      ? pasted.png()
      : pasted.flatten({ background: '#fff' }).jpeg({
          quality: encoding.quality,
          chromaSubsampling: '4:4:4',
          // The best code for a picture takes all of it in memory, six bytes a pixel and more.
          optimizeCoding: photograph.width * photograph.height < largestOptimised,
        });
  });
}

/**
 * Makes it clearer towards the edges, unless they are the photograph's.
 * @param rgba of the part, row by row; changed
 */
function fadeEdges(rgba: Uint8Array, part: PicturePart, photograph: FrameSize): void {
  const { left, top, width, height } = part;
  const over = feather * Math.min(width, height);
  const at = (isOpen: boolean, distance: number) => (isOpen ? smooth(distance / over) : 1);
  const across = (length: number, first: boolean, last: boolean) =>
    Float64Array.from({ length }, (_, i) => at(first, i + 0.5) * at(last, length - i - 0.5));
  const columns = across(width, left > 0, left + width < photograph.width);
  const rows = across(height, top > 0, top + height < photograph.height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const alpha = 4 * (y * width + x) + 3;
      rgba[alpha] = Math.round(rgba[alpha] * rows[y] * columns[x]);
    }
}

/** 0 up to 0, 1 from 1 on, and without a kink between. */
function smooth(x: number): number {
  const inside = Math.min(1, Math.max(0, x));
  return inside * inside * (3 - 2 * inside);
}

/** The picture at a part's size, as bytes of red, green, blue and alpha. */
async function scaled({ width, height, rgba }: PixelImage, part: FrameSize): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const grows = part.width > width || part.height > height;
  // As in `framedPicture`: where it grows, every second pixel of twice the size lies where it should.
  const step = grows && part.width < noticeable * width ? 2 : 1;
  const size = { width: step * part.width, height: step * part.height };
  const pixels = new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length);
  const { data } = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .resize({ ...size, fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (step === 1) return data;
  const result = new Uint8Array(4 * part.width * part.height);
  for (let y = 0; y < part.height; y++)
    for (let x = 0; x < part.width; x++) {
      const from = 4 * ((step * y + 1) * size.width + step * x + 1);
      result.set(data.subarray(from, from + 4), 4 * (y * part.width + x));
    }
  return result;
}
