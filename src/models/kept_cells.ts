import type { Extent } from './draggable.ts';

/**
 * How much of each cell of a map must stay.
 * @param mask height · width of the picture, 1 = must stay
 * @returns height · width of the map, each from 0 to 1: the mean of the mask over the pixels whose cell it is
 */
export function keptCells(mask: Uint8Array, picture: Extent, map: Extent): Float32Array {
  const kept = new Float32Array(map.height * map.width);
  const pixels = new Float32Array(map.height * map.width);
  for (let row = 0; row < picture.height; row++)
    for (let column = 0; column < picture.width; column++) {
      const y = Math.floor((row * map.height) / picture.height);
      const x = Math.floor((column * map.width) / picture.width);
      const cell = y * map.width + x;
      kept[cell] += mask[row * picture.width + column];
      pixels[cell]++;
    }
  // A picture that is smaller than its map leaves cells without a pixel.
  return kept.map((sum, cell) => (pixels[cell] > 0 ? sum / pixels[cell] : 0));
}
