import { expect, it } from 'vitest';
import { findSpot, type SurfaceMap } from '../../tools/train-demo/surface.ts';

const side = 32;
const slope = 0.03;

/** A plane that is tilted and shifted: x = slope·(column + row/4), y = slope·row, of part 1 left of a column. */
function plane(edge = side): SurfaceMap {
  const at = (i: number) => ({ row: Math.floor(i / side), column: i % side });
  return {
    side,
    parts: Array.from({ length: side ** 2 }, (_, i) => (at(i).column < edge ? 1 : 2)),
    canonical: Array.from({ length: side ** 2 }, (_, i) => {
      const { row, column } = at(i);
      return [slope * (column + row / 4), slope * row, 0.5];
    }).flat(),
  };
}

const spotAt = (row: number, column: number, part = 1) =>
  ({ part, canonical: [slope * (column + row / 4), slope * row, 0.5] }) as const;

it('finds a spot between pixels', () => {
  for (const [row, column] of [
    [10, 12],
    [10.3, 12.4],
    [0.2, 30.8],
    [17.45, 3.05],
  ]) {
    const found = findSpot(plane(), spotAt(row, column));
    expect(found?.row).toBeCloseTo(row, 6);
    expect(found?.column).toBeCloseTo(column, 6);
  }
});

it('finds none that is hidden: of a part, or of a place, that the picture does not show', () => {
  expect(findSpot(plane(), spotAt(10, 12, 5))).toBeUndefined();
  expect(findSpot(plane(12), spotAt(10, 20))).toBeUndefined();
  expect(findSpot(plane(12), spotAt(10, 20, 2))).toBeDefined();
});
