import { InputError } from '../formats/errors.ts';
import type { Extent } from '../models/draggable.ts';

/** A pixel of the image: whole numbers, counted from 0 at the top left. */
export type Point = readonly [row: number, column: number];

/** A handle, and the target that its content is dragged to. */
export interface PointPair {
  /** Where the content is now. */
  readonly handle: Point;
  /** Where it should come to. */
  readonly target: Point;
}

/** @throws InputError for a point that is no pixel of the image */
export function checkPoints(points: readonly PointPair[], { height, width }: Extent): void {
  const within = (i: number, end: number): boolean => Number.isInteger(i) && i >= 0 && i < end;
  points.forEach((pair, j) => {
    for (const end of ['handle', 'target'] as const) {
      const point = pair[end];
      if (point.length !== 2 || !within(point[0], height) || !within(point[1], width))
        throw new InputError(
          `${end} ${j + 1} at ${point.join(',')} is no pixel of the image; rows go from 0 to ${height - 1}, columns from 0 to ${width - 1}`,
          { option: 'points' },
        );
    }
  });
}

export const samePoint = (a: Point, b: Point): boolean => a[0] === b[0] && a[1] === b[1];
