import { tileSide } from '../../models/draggable.ts';
import { type ObjectiveShape, tileCount, tileGrid } from './objective_shape.ts';

/**
 * The list that shaders/sample_tiles.wgsl draws from: the number of tiles that have a pixel of the mask, then their
 * indices.
 * @param mask imageHeight · imageWidth, 1 = must stay
 */
export function maskedTiles(
  mask: ArrayLike<number>,
  shape: Pick<ObjectiveShape, 'height' | 'width' | 'imageHeight' | 'imageWidth'>,
): Float32Array {
  const { height, width, imageHeight, imageWidth } = shape;
  const { columns } = tileGrid(shape);
  const rowOf = tileOfPixels(height, imageHeight);
  const columnOf = tileOfPixels(width, imageWidth);
  const masked = new Set<number>();
  for (let i = 0; i < mask.length; i++)
    if (mask[i] !== 0)
      masked.add(rowOf[Math.floor(i / imageWidth)] * columns + columnOf[i % imageWidth]);
  const candidates = new Float32Array(1 + tileCount(shape));
  candidates.set([masked.size, ...[...masked].sort((a, b) => a - b)]);
  return candidates;
}

/** The tile of each pixel on one axis: that of its lower cell (shaders/lib/resize_axis.wgsl). */
function tileOfPixels(cells: number, pixels: number): Uint32Array {
  return Uint32Array.from({ length: pixels }, (_, pixel) => {
    const cell = Math.floor(Math.max((2 * pixel + 1) * cells - pixels, 0) / (2 * pixels));
    return Math.floor(cell / tileSide);
  });
}
