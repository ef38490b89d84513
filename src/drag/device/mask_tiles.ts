import { tileSide } from '../../models/stylegan2/device/cone.ts';
import type { ObjectiveShape } from './objective.ts';

/** Tiles on a side of the feature map. */
export const tileGrid = (cells: number): number => Math.ceil(cells / tileSide);

/** How many tiles are sampled for a fraction of the map; 0 where the mask loss is computed whole. */
export function sampledTileCount(fraction: number, cells: number): number {
  return fraction === 0 ? 0 : Math.max(1, Math.round(fraction * tileGrid(cells) ** 2));
}

/**
 * What shaders/sample_tiles.wgsl draws from: the number of tiles that have a pixel of the mask, and which they are.
 * @param mask side · side, 1 = must stay
 */
export function maskedTiles(
  mask: ArrayLike<number>,
  { side, cells }: Pick<ObjectiveShape, 'side' | 'cells'>,
): Float32Array {
  const grid = tileGrid(cells);
  // A pixel belongs to the tile of its lower cell (shaders/lib/resize_axis.wgsl).
  const tileAt = Uint32Array.from({ length: side }, (_, pixel) => {
    const cell = Math.floor(Math.max((2 * pixel + 1) * cells - side, 0) / (2 * side));
    return Math.floor(cell / tileSide);
  });
  const masked = new Set<number>();
  for (let i = 0; i < mask.length; i++)
    if (mask[i] !== 0) masked.add(tileAt[Math.floor(i / side)] * grid + tileAt[i % side]);
  const candidates = new Float32Array(1 + grid * grid);
  candidates.set([masked.size, ...[...masked].sort((a, b) => a - b)]);
  return candidates;
}
