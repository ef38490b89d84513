import { tileSide } from '../../models/stylegan2/device/cone.ts';
import type { ObjectiveShape } from './objective.ts';

/** Of a feature map, in cells. */
type MapSize = Pick<ObjectiveShape, 'height' | 'width'>;

/** Rows and columns of tiles that cover the feature map. */
export const tileGrid = ({ height, width }: MapSize): { rows: number; columns: number } => ({
  rows: Math.ceil(height / tileSide),
  columns: Math.ceil(width / tileSide),
});

/** Tiles of the whole feature map. */
export function tileCount(map: MapSize): number {
  const { rows, columns } = tileGrid(map);
  return rows * columns;
}

/** How many tiles are sampled for a fraction of the map; 0 where the mask loss is computed whole. */
export function sampledTileCount(fraction: number, map: MapSize): number {
  return fraction === 0 ? 0 : Math.max(1, Math.round(fraction * tileCount(map)));
}

/**
 * What shaders/sample_tiles.wgsl draws from: the number of tiles that have a pixel of the mask, and which they are.
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
