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

/**
 * The same without its border: a cell beside one that may move stays no more than that one. What leaves the movable part
 * would else leave its edge behind: the tip of an ear that became shorter.
 * @param kept height · width, each from 0 to 1
 */
export const keptInside = (kept: Float32Array, { height, width }: Extent): Float32Array =>
  kept.map((stays, cell) => {
    const column = cell % width;
    const row = (cell - column) / width;
    const beside = [
      ...(row > 0 ? [cell - width] : []),
      ...(row < height - 1 ? [cell + width] : []),
      ...(column > 0 ? [cell - 1] : []),
      ...(column < width - 1 ? [cell + 1] : []),
    ];
    return Math.min(stays, ...beside.map((other) => kept[other]));
  });
