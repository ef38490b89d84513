import type { ObjectiveShape } from '../../src/drag/device/objective_shape.ts';
import type { PointPair } from '../../src/drag/points.ts';

/** A matrix, row-major. */
export interface Matrix {
  readonly shape: readonly [number, number];
  readonly data: Float32Array;
}

/**
 * The values that an iteration reads of the feature map F (C, n, n), as small matrices that any library can multiply
 * with: every value that motion supervision and tracking read is `rows · F · columnsᵀ`. Source: SPEC §3.
 */
export interface DragProblem {
  /** F(q) for the pixels q of the patch. */
  readonly patch_rows: Matrix;
  readonly patch_columns: Matrix;
  /** F(q + u), zero outside the picture. */
  readonly shifted_rows: Matrix;
  readonly shifted_columns: Matrix;
  /** Weight in the loss of each pixel's sum over channels of |F(q + u) − F(q)|. */
  readonly patch_weight: Matrix;
  /** F(q) for the pixels of the tracking window. */
  readonly window_rows: Matrix;
  readonly window_columns: Matrix;
  /** Where the handle is in the window: row and column. */
  readonly handle_in_window: Matrix;
}

/** One point on a square map, whose patch and window lie inside the picture. */
export function dragProblem({ handle, target }: PointPair, shape: ObjectiveShape): DragProblem {
  const { imageHeight: side, height: cells, channels, patchRadius, trackingRadius } = shape;
  const way = [target[0] - handle[0], target[1] - handle[1]];
  const length = Math.hypot(way[0], way[1]) + 1e-7;
  const resize = (pixels: readonly number[]) => resizeMatrix(pixels, side, cells);
  const patch = handle.map((at) => around(at, patchRadius));
  const window = handle.map((at) => around(at, trackingRadius));
  const place = (index: number) => (index * side) / (side - 1);
  const inside = patch[0].map((row) =>
    patch[1].map(
      (column) => Math.hypot(place(row) - handle[0], place(column) - handle[1]) < patchRadius,
    ),
  );
  const pixels = inside.flat().filter(Boolean).length;
  const shifted = (axis: 0 | 1) =>
    shiftMatrix(patch[axis], way[axis] / length, side, (pixel) => resize([pixel]).data);
  return {
    patch_rows: resize(patch[0]),
    patch_columns: resize(patch[1]),
    shifted_rows: shifted(0),
    shifted_columns: shifted(1),
    patch_weight: {
      shape: [patch[0].length, patch[1].length],
      data: Float32Array.from(inside.flat(), (is) => (is ? 1 / (pixels * channels) : 0)),
    },
    window_rows: resize(window[0]),
    window_columns: resize(window[1]),
    handle_in_window: { shape: [1, 2], data: Float32Array.of(trackingRadius, trackingRadius) },
  };
}

const around = (at: number, radius: number): number[] =>
  Array.from({ length: 2 * radius + 1 }, (_, i) => at - radius + i);

/** Pixels of the map resized to the picture, from its cells. */
function resizeMatrix(pixels: readonly number[], side: number, cells: number): Matrix {
  const data = new Float32Array(pixels.length * cells);
  for (const [i, pixel] of pixels.entries()) {
    const source = Math.max(((pixel + 0.5) * cells) / side - 0.5, 0);
    const low = Math.min(Math.floor(source), cells - 1);
    const fraction = source - low;
    data[i * cells + low] += 1 - fraction;
    data[i * cells + Math.min(low + 1, cells - 1)] += fraction;
  }
  return { shape: [pixels.length, cells], data };
}

/** Bilinear samples between pixels that a shift leads to. */
function shiftMatrix(
  pixels: readonly number[],
  shift: number,
  side: number,
  ofPixel: (pixel: number) => Float32Array,
): Matrix {
  const rows = pixels.map((pixel) => {
    const low = pixel + Math.floor(shift);
    const fraction = shift - Math.floor(shift);
    const sum = new Float32Array(ofPixel(0).length);
    for (const [at, weight] of [
      [low, 1 - fraction],
      [low + 1, fraction],
    ])
      if (at >= 0 && at < side)
        ofPixel(at).forEach((value, cell) => {
          sum[cell] += weight * value;
        });
    return sum;
  });
  const width = rows[0].length;
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    data.set(row, i * width);
  });
  return { shape: [rows.length, width], data };
}
