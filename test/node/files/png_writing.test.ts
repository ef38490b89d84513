import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { imagePixels } from '../../../src/engine/memory/image.ts';
import { encodePng } from '../../../src/node/files/png_writing.ts';

/** The PNG's own number for a kind of colour, and the pixels of two values a channel, −1 and 0.5. */
it.each([
  { channels: 1, type: 0, pixels: [0, 0, 0, 255, 191, 191, 191, 255] },
  { channels: 2, type: 4, pixels: [0, 0, 0, 0, 191, 191, 191, 191] },
  { channels: 3, type: 2, pixels: [0, 0, 0, 255, 191, 191, 191, 255] },
  { channels: 4, type: 6, pixels: [0, 0, 0, 0, 191, 191, 191, 191] },
])('writes a picture of $channels channels as colour type $type', ({ channels, type, pixels }) => {
  const values = Float32Array.from({ length: 2 * channels }, (_, i) => (i % 2 === 0 ? -1 : 0.5));
  const bytes = encodePng(imagePixels(values, [1, channels, 1, 2]));
  expect(bytes[25]).toBe(type);
  expect([...PNG.sync.read(Buffer.from(bytes)).data]).toEqual(pixels);
});
