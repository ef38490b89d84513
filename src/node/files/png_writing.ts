import { PNG } from 'pngjs';
import type { PixelImage } from '../../engine/memory/image.ts';

/** The PNG's type of colour for each number of channels: grey, grey and alpha, colour, colour and alpha. */
const colourTypes: readonly (0 | 4 | 2 | 6)[] = [0, 4, 2, 6];

/** Encodes an image as a PNG of as many channels as it says. The same pixels give the same bytes. */
export function encodePng({ width, height, rgba, channels = 3 }: PixelImage): Uint8Array {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgba);
  return PNG.sync.write(png, { colorType: colourTypes[channels - 1] ?? 2, inputHasAlpha: true });
}
