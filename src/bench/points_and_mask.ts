import type { PointPair } from '../drag/points.ts';

/** Distance from a handle to its target along each axis, as a fraction of the picture's side: too far to arrive. */
const way = 0.15;

/**
 * Where a single point lies: at this place the multiply-adds of the cone on a 512² network are the median over all
 * places.
 */
const typicalPlace = { row: 0.22, column: 0.32 } as const;

/**
 * Points inside the picture, the same for everyone: on a square grid, off its lines by parts of a cell so that patches
 * lie differently on the feature map.
 */
export function benchPoints(count: number, side: number): PointPair[] {
  const columns = Math.ceil(Math.sqrt(count));
  const cell = 1 / (columns + 1);
  return Array.from({ length: count }, (_, point): PointPair => {
    const { row, column } =
      count === 1
        ? typicalPlace
        : {
            row: (Math.floor(point / columns) + 1 + 0.13 * Math.sin(point + 1)) * cell,
            column: ((point % columns) + 1 + 0.13 * Math.cos(2 * point + 1)) * cell,
          };
    const handle: [number, number] = [Math.floor(row * side), Math.floor(column * side)];
    const reach = Math.round(way * side);
    const target: [number, number] = [
      handle[0] + (handle[0] > side / 2 ? -reach : reach),
      handle[1] + (handle[1] > side / 2 ? -reach : reach),
    ];
    return { handle, target };
  });
}

/** A mask (side · side) under which the left half of a picture must stay. */
export const benchMask = (side: number): Uint8Array =>
  Uint8Array.from({ length: side * side }, (_, pixel) => (pixel % side < side / 2 ? 1 : 0));
