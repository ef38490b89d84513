import { expect, it } from 'vitest';
import { type Move, shrunk, warpImage } from '../../../src/app/stage/warp.ts';

const side = 64;

/** Row in red, column in green: what is seen says where it comes from. */
const places = {
  width: side,
  height: side,
  rgba: Uint8ClampedArray.from({ length: 4 * side * side }, (_, at) => {
    const pixel = at >> 2;
    return [4 * Math.floor(pixel / side), 4 * (pixel % side), 0, 255][at & 3];
  }),
};

/** Where what is seen at a pixel comes from. */
const sourceAt = (moves: readonly Move[], row: number, column: number): [number, number] => {
  const { rgba } = warpImage(places, moves);
  const at = 4 * (row * side + column);
  return [rgba[at] / 4, rgba[at + 1] / 4];
};

const pull: Move = { from: [30, 20], to: [34, 32] };

it('brings what lies at a handle to its target', () => {
  const [row, column] = sourceAt([pull], ...pull.to);
  expect(row).toBeCloseTo(30, 0);
  expect(column).toBeCloseTo(20, 0);
});

it('leaves what is far away, and what is pinned', () => {
  expect(sourceAt([pull], 2, 61)).toEqual([2, 61]);
  const pin: Move = { from: [30, 26], to: [30, 26] };
  const [row, column] = sourceAt([{ from: [30, 14], to: [33, 12] }, pin], 30, 26);
  expect(row).toBeCloseTo(30, 0);
  expect(column).toBeCloseTo(26, 0);
});

it('folds nothing: along a row, content keeps its order', () => {
  const { rgba } = warpImage(places, [{ from: [32, 12], to: [32, 44] }]);
  for (let column = 1; column < side; column++) {
    const at = 4 * (32 * side + column) + 1;
    expect(rgba[at]).toBeGreaterThanOrEqual(rgba[at - 4]);
  }
});

it('is the picture itself without moves', () => {
  expect(warpImage(places, []).rgba).toEqual(places.rgba);
});

it('makes a picture smaller by the means of its pixels', () => {
  const { width, height, rgba } = shrunk(places, 4);
  expect([width, height]).toEqual([16, 16]);
  // The mean of rows 4 to 7 and of columns 8 to 11.
  expect([...rgba.subarray(4 * (16 + 2), 4 * (16 + 2) + 4)]).toEqual([22, 38, 0, 255]);
});
