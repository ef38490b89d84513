import type { PointPair } from '../drag/points.ts';
import type { Extent } from '../models/draggable.ts';

/** From a handle to its target along an axis, as a fraction of the picture's length on it: too far to arrive. */
const way = 0.15;

/**
 * Where a single point lies: at this place the multiply-adds of the cone on a 512² network are the median over all
 * places.
 */
const typicalPlace = { row: 0.22, column: 0.32 } as const;

/**
 * Points inside a picture, the same for everyone: on a grid of as many rows as columns, off its lines by parts of a cell
 * so that patches lie differently on the feature map.
 */
export function benchPoints(count: number, { height, width }: Extent): PointPair[] {
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
    const handle = [Math.floor(row * height), Math.floor(column * width)] as const;
    return { handle, target: [inwards(handle[0], height), inwards(handle[1], width)] };
  });
}

/** A pixel so far towards the middle, or beyond it, on an axis of this length. */
function inwards(pixel: number, length: number): number {
  const reach = Math.round(way * length);
  return pixel + (pixel > length / 2 ? -reach : reach);
}

/** A mask (height · width) under which the left half of a picture must stay. */
export const benchMask = ({ height, width }: Extent): Uint8Array =>
  Uint8Array.from({ length: height * width }, (_, pixel) => (pixel % width < width / 2 ? 1 : 0));
