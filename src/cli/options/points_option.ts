import type { Point, PointPair } from '../../drag/session.ts';
import { InputError } from '../../formats/errors.ts';
import type { Extent } from '../../models/draggable.ts';

/**
 * Parses `row,column>row,column;…`: handle and target, whole pixels.
 * @param size the image's; every point must lie inside
 * @throws InputError that names the pair
 */
export function parsePoints(text: string, size: Extent): PointPair[] {
  if (text.trim() === '') {
    throw new InputError('no points; wanted is handle>target, each row,column', {
      option: 'points',
    });
  }
  return text.split(';').map((written, index) => {
    const where = `point ${index + 1} (${written.trim().slice(0, 60)})`;
    const match = /^\s*(-?\d+)\s*,\s*(-?\d+)\s*>\s*(-?\d+)\s*,\s*(-?\d+)\s*$/.exec(written);
    if (!match) {
      throw new InputError(`${where}: wanted is row,column>row,column in whole pixels`, {
        option: 'points',
      });
    }
    const [fromRow = 0, fromColumn = 0, toRow = 0, toColumn = 0] = match.slice(1).map(Number);
    const pair = { handle: [fromRow, fromColumn], target: [toRow, toColumn] } as const;
    for (const [what, point] of Object.entries(pair)) {
      if (!isInside(point, size)) {
        throw new InputError(
          `${where}: the ${what} lies outside the image of ${size.width} × ${size.height} pixels`,
          { option: 'points' },
        );
      }
    }
    return pair;
  });
}

function isInside([row, column]: Point, { height, width }: Extent): boolean {
  return row >= 0 && row < height && column >= 0 && column < width;
}
