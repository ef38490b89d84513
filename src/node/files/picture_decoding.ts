import type { Sharp } from 'sharp';
import { FormatError } from '../../formats/errors.ts';
import type { PictureFormat } from './picture_format.ts';
import { loadSharp } from './sharp_decoder.ts';

/** Most pixels that are decoded, 134 million, to bound memory and time; cameras of phones reach 108 million. */
const mostPixels = 2 ** 27;
/** Longest that decoding may take; no picture of that size takes as long. */
const mostSeconds = 120;

/** A picture of which only the size is decoded yet. */
export interface OpenedPicture {
  /** Size in pixels, after the picture was turned upright. */
  readonly width: number;
  readonly height: number;
  /**
   * Decodes it, upright and in sRGB, whatever it is stored as: palette, grey, 16 bits, CMYK, another colour profile.
   * @param shape crops, scales and so on
   * @returns interleaved bytes of red, green, blue and, unless `shape` took it away, alpha
   * @throws FormatError where it is broken
   */
  decode(shape: (picture: Sharp) => Sharp): Promise<DecodedPicture>;
  /**
   * Encodes it anew, upright and in sRGB, at its own size.
   * @param shape draws over it, and says which format
   * @throws FormatError where it is broken
   */
  encode(shape: (picture: Sharp) => Sharp): Promise<Uint8Array>;
}

export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/**
 * Opens a picture.
 * @param file for messages
 * @throws FormatError for one that is broken, or of more than 134 million pixels
 * @throws MissingPackageError where the package that decodes it is not installed
 */
export async function openPicture(
  bytes: Uint8Array,
  format: PictureFormat,
  file: string,
): Promise<OpenedPicture> {
  const sharp = await loadSharp();
  const refuse = (error: unknown): never => {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new FormatError(
      /pixel limit/.test(reason) ? tooLarge(format) : `a broken ${format}: ${reason}`,
      { file },
    );
  };
  const open = () =>
    sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels }).timeout({
      seconds: mostSeconds,
    });
  const found = await open().metadata().catch(refuse);
  const { width, height } = found.autoOrient;
  if (width * height > mostPixels) refuse(new Error('pixel limit'));
  // Without a profile nobody knows the inks; paper's would make the colours duller than any program shows them.
  const isBareCmyk = found.space === 'cmyk' && !found.icc;
  // The library leaves pictures of 16 bits that have a profile in Display P3, unless they are made 8 bits first.
  const working = isBareCmyk ? 'cmyk' : found.space === 'rgb16' ? 'srgb' : undefined;
  const upright = () => {
    const picture = open()
      .autoOrient()
      .toColourspace(isBareCmyk ? 'cmyk' : 'srgb');
    return working ? picture.pipelineColourspace(working) : picture;
  };
  const decode: OpenedPicture['decode'] = async (shape) => {
    const { data, info } = await shape(upright())
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
      .catch(refuse);
    const size = { width: info.width, height: info.height };
    if (isBareCmyk) return { ...size, channels: 3, data: withoutInks(data, info.channels) };
    return info.channels < 3
      ? { ...size, ...withColours(data, info.channels) }
      : { ...size, channels: info.channels === 3 ? 3 : 4, data };
  };
  return {
    width,
    height,
    decode,
    async encode(shape) {
      if (!isBareCmyk) return shape(upright()).toBuffer().catch(refuse);
      const { data, channels } = await decode((picture) => picture);
      return shape(sharp(data, { raw: { width, height, channels } })).toBuffer();
    },
  };
}

const tooLarge = (format: PictureFormat) =>
  `a ${format} of more than ${mostPixels} pixels; make it smaller`;

/** Cyan, magenta, yellow and black as the light that they leave: (1 − ink)(1 − black). */
function withoutInks(inks: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((inks.length / channels) * 3);
  for (let pixel = 0; pixel * channels < inks.length; pixel++) {
    const light = 255 - inks[pixel * channels + 3];
    for (let c = 0; c < 3; c++)
      rgb[3 * pixel + c] = Math.round(((255 - inks[pixel * channels + c]) * light) / 255);
  }
  return rgb;
}

/** Grey, with or without alpha, as red, green and blue, with or without it. */
function withColours(
  grey: Uint8Array,
  channels: number,
): Pick<DecodedPicture, 'channels' | 'data'> {
  const wanted = channels === 1 ? 3 : 4;
  const data = new Uint8Array((grey.length / channels) * wanted);
  for (let pixel = 0; pixel * channels < grey.length; pixel++) {
    data.fill(grey[pixel * channels], wanted * pixel, wanted * pixel + 3);
    if (wanted === 4) data[4 * pixel + 3] = grey[2 * pixel + 1];
  }
  return { channels: wanted, data };
}
