import { PNG } from 'pngjs';
import type { PixelImage } from '../../engine/memory/image.ts';

/** Encodes an image as a PNG of red, green and blue; the alpha is not kept. The same pixels give the same bytes. */
export function encodePng({ width, height, rgba }: PixelImage): Uint8Array {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgba);
  // Written without alpha, since every picture of a generator is opaque.
  return PNG.sync.write(png, { colorType: 2, inputHasAlpha: true });
}
