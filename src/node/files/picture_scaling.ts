import type { PixelImage } from '../../engine/memory/image.ts';

/** Behind what is transparent, as on the page. */
const ground = 128;
const colours = 3;

/**
 * The largest square in a picture's middle, scaled, and opaque: where it shrinks, a pixel is the mean of the area that it
 * covers; where it grows, pixels are interpolated linearly. Of the same size it stays as it is.
 */
export function middleSquare({ width, height, rgba }: PixelImage, side: number): PixelImage {
  const extent = Math.min(width, height);
  const left = (width - extent) >> 1;
  const top = (height - extent) >> 1;
  const spans = Array.from({ length: side }, (_, i) => spanOf(i, extent / side, extent));
  const sums = new Float64Array(side * side * colours);
  const row = new Float64Array(side * colours);
  let shrunk = -1;
  spans.forEach(({ first, weights }, y) => {
    weights.forEach((weight, i) => {
      // Neighbouring spans share a row at most, the last of one and the first of the other.
      if (shrunk !== first + i) {
        shrunk = first + i;
        shrinkRow(rgba, (top + shrunk) * width + left, spans, row);
      }
      for (let x = 0; x < row.length; x++) sums[y * row.length + x] += weight * row[x];
    });
  });
  const scaled = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let pixel = 0; pixel < side * side; pixel++)
    for (let c = 0; c < colours; c++) scaled[4 * pixel + c] = sums[colours * pixel + c];
  return { width: side, height: side, rgba: scaled };
}

/** Pixels along an axis that make one of the result, with weights that add up to 1. */
interface Span {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * A box as wide as a pixel of the result, but never narrower than one of the picture: then it lies on two of them, in
 * parts that interpolate them.
 * @param scale pixels of the picture in one of the result
 * @param extent pixels of the picture
 */
function spanOf(i: number, scale: number, extent: number): Span {
  const half = Math.max(scale, 1) / 2;
  const from = Math.max(0, (i + 0.5) * scale - half);
  const to = Math.min(extent, (i + 0.5) * scale + half);
  const first = Math.floor(from);
  const weights = Array.from(
    { length: Math.ceil(to) - first },
    (_, j) => (Math.min(to, first + j + 1) - Math.max(from, first + j)) / (to - from),
  );
  return { first, weights };
}

/** @param start the row's first pixel */
function shrinkRow(
  rgba: Uint8ClampedArray,
  start: number,
  spans: readonly Span[],
  row: Float64Array,
): void {
  row.fill(0);
  spans.forEach(({ first, weights }, x) => {
    weights.forEach((weight, i) => {
      const at = 4 * (start + first + i);
      const opacity = rgba[at + 3] / 255;
      for (let c = 0; c < colours; c++)
        row[colours * x + c] += weight * (ground + opacity * (rgba[at + c] - ground));
    });
  });
}

/** Where a pixel of the upright square lies in one as the camera held it; `end` is its last row and column. */
const turns: Readonly<
  Record<number, (row: number, column: number, end: number) => readonly [number, number]>
> = {
  2: (row, column, end) => [row, end - column],
  3: (row, column, end) => [end - row, end - column],
  4: (row, column, end) => [end - row, column],
  5: (row, column) => [column, row],
  6: (row, column, end) => [end - column, row],
  7: (row, column, end) => [end - column, end - row],
  8: (row, column, end) => [column, end - row],
};

/** A square picture upright. @param orientation EXIF's number, 1 to 8 */
export function turned(square: PixelImage, orientation: number): PixelImage {
  const turn = turns[orientation];
  if (!turn) return square;
  const { width: side } = square;
  const rgba = new Uint8ClampedArray(square.rgba.length);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [fromRow, fromColumn] = turn(row, column, side - 1);
      const from = 4 * (fromRow * side + fromColumn);
      rgba.set(square.rgba.subarray(from, from + 4), 4 * (row * side + column));
    }
  return { width: side, height: side, rgba };
}
