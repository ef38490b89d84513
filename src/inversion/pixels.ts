import type { PixelImage } from '../engine/memory/image.ts';
import { InputError } from '../formats/errors.ts';
import type { GeneratorConfig } from '../models/stylegan2/network/config.ts';

/**
 * A picture as the generator's image is: (channels, height, width), −1 to 1. A grey network gets the luma (BT.601); one
 * with alpha gets that, too.
 * @throws InputError for another size than the network's
 */
export function imageValues(
  { width, height, rgba }: PixelImage,
  config: Pick<GeneratorConfig, 'height' | 'width' | 'imgChannels'>,
): Float32Array<ArrayBuffer> {
  const { imgChannels } = config;
  if (width !== config.width || height !== config.height)
    throw new InputError(
      `the picture has ${width} × ${height} pixels, the model ${config.width} × ${config.height}`,
      { option: 'image' },
    );
  const pixels = width * height;
  const values = new Float32Array(imgChannels * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [red, green, blue, alpha] = rgba.subarray(4 * pixel, 4 * pixel + 4);
    const colours =
      imgChannels < 3 ? [0.299 * red + 0.587 * green + 0.114 * blue] : [red, green, blue];
    [...colours, alpha].slice(0, imgChannels).forEach((value, channel) => {
      // The middle of the range that truncates to this byte.
      values[channel * pixels + pixel] = (value + 0.5 - 128) / 127.5;
    });
  }
  return values;
}

/** Peak signal-to-noise ratio of two pictures of one size, over red, green and blue, in decibels. */
export function peakSignalToNoise(a: PixelImage, b: PixelImage): number {
  let sum = 0;
  for (let i = 0; i < a.rgba.length; i++) if (i % 4 !== 3) sum += (a.rgba[i] - b.rgba[i]) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / (0.75 * a.rgba.length)));
}
