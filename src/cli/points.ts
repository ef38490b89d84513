import { InputError } from '../formats/errors.ts';

/** A position in image pixels. */
export interface Pixel {
  row: number;
  column: number;
}

/** What is to be moved where. */
export interface PointPair {
  handle: Pixel;
  target: Pixel;
}

/**
 * Parses `row,column>row,column;…`: handle and target, whole pixels.
 * @param side the image's side; every point must lie inside
 * @throws InputError that names the pair
 */
export function parsePoints(text: string, side: number): PointPair[] {
  if (text.trim() === '') {
    throw new InputError('no points; wanted is handle>target, each row,column', {
      option: 'points',
    });
  }
  return text.split(';').map((pair, index) => {
    const where = `point ${index + 1} (${pair.trim().slice(0, 60)})`;
    const match = /^\s*(-?\d+)\s*,\s*(-?\d+)\s*>\s*(-?\d+)\s*,\s*(-?\d+)\s*$/.exec(pair);
    if (!match) {
      throw new InputError(`${where}: wanted is row,column>row,column in whole pixels`, {
        option: 'points',
      });
    }
    const [fromRow = 0, fromColumn = 0, toRow = 0, toColumn = 0] = match.slice(1).map(Number);
    const handle = { row: fromRow, column: fromColumn };
    const target = { row: toRow, column: toColumn };
    for (const [what, pixel] of Object.entries({ handle, target })) {
      if (!isInside(pixel, side)) {
        throw new InputError(
          `${where}: the ${what} lies outside the image of ${side} × ${side} pixels`,
          { option: 'points' },
        );
      }
    }
    return { handle, target };
  });
}

function isInside({ row, column }: Pixel, side: number): boolean {
  return row >= 0 && row < side && column >= 0 && column < side;
}
