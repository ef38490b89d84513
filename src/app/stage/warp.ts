import type { PixelImage, Point } from '../../library/api.ts';

/** Where something in a picture is, and where it is to be: row and column. */
export interface Move {
  readonly from: Point;
  readonly to: Point;
}

/** Sides of a picture over which a move fades to e^−½; further where it goes further. */
const leastReach = 1 / 8;
/** Pixels between the places for which a move is computed; between them it is interpolated. */
const gridStep = 4;
/** Each brings a place at least a third nearer to where its content comes from. */
const iterations = 12;
/** Added to the diagonal, so that moves of one place have a solution. */
const ridge = 1e-4;

/**
 * A picture whose content is pulled smoothly: what is at `from` comes to `to`, what is far away stays. The content of
 * place s goes to s + Σ_j exp(−|s − from_j|² / 2σ²) · a_j, with a_j so that every move is met, and σ at least as long as
 * the longest move: the map of a single move then has no fold, and fixed-point iteration inverts it.
 */
export function warpImage(image: PixelImage, moves: readonly Move[]): PixelImage {
  const { height, width } = image;
  const field = fieldOf(moves, leastReach * Math.max(height, width));
  const [rows, columns] = [height, width].map((side) => Math.ceil(side / gridStep) + 1);
  const places = new Float32Array(2 * rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      places.set(sourceOf([i * gridStep, j * gridStep], field), 2 * (i * columns + j));
  const rgba = new Uint8ClampedArray(image.rgba.length);
  for (let y = 0; y < height; y++) {
    const i = Math.floor(y / gridStep);
    const v = y / gridStep - i;
    for (let x = 0; x < width; x++) {
      const j = Math.floor(x / gridStep);
      const u = x / gridStep - j;
      const at = 2 * (i * columns + j);
      const below = at + 2 * columns;
      const between = (c: number): number =>
        (1 - v) * ((1 - u) * places[at + c] + u * places[at + 2 + c]) +
        v * ((1 - u) * places[below + c] + u * places[below + 2 + c]);
      sample(image, between(0), between(1), rgba, 4 * (y * width + x));
    }
  }
  return { width, height, rgba };
}

/** What is at a place, goes by this. */
type Field = (row: number, column: number) => Point;

function fieldOf(moves: readonly Move[], least: number): Field {
  const ways = moves.map(({ from, to }): Point => [to[0] - from[0], to[1] - from[1]]);
  const reach = Math.max(least, ...ways.map(([down, right]) => Math.hypot(down, right)));
  const near = (row: number, column: number, [r, c]: Point): number =>
    Math.exp(-((row - r) ** 2 + (column - c) ** 2) / (2 * reach * reach));
  const matrix = moves.map(({ from }, i) =>
    moves.map((other, j) => near(from[0], from[1], other.from) + (i === j ? ridge : 0)),
  );
  const coefficients = solve(matrix, ways);
  return (row, column) => {
    let down = 0;
    let right = 0;
    for (const [j, { from }] of moves.entries()) {
      const weight = near(row, column, from);
      down += weight * coefficients[j][0];
      right += weight * coefficients[j][1];
    }
    return [down, right];
  };
}

/** Where the content that is seen at a place comes from. */
function sourceOf([row, column]: Point, field: Field): Point {
  let source: Point = [row, column];
  for (let k = 0; k < iterations; k++) {
    const [down, right] = field(source[0], source[1]);
    source = [row - down, column - right];
  }
  return source;
}

/** Solves a small symmetric positive definite system, of two columns, by elimination. */
function solve(matrix: number[][], ways: readonly Point[]): Point[] {
  const rows = matrix.map((row, i) => [...row, ...ways[i]]);
  const count = rows.length;
  for (let k = 0; k < count; k++)
    for (let i = 0; i < count; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j < count + 2; j++) rows[i][j] -= factor * rows[k][j];
    }
  return rows.map((row, i): Point => [row[count] / row[i], row[count + 1] / row[i]]);
}

/** Interpolates between the four pixels around a place; beyond an edge, that of the edge. */
function sample(
  { rgba, width, height }: PixelImage,
  row: number,
  column: number,
  into: Uint8ClampedArray,
  at: number,
): void {
  const y = Math.min(height - 1, Math.max(0, row));
  const x = Math.min(width - 1, Math.max(0, column));
  const top = Math.floor(y);
  const left = Math.floor(x);
  const v = y - top;
  const u = x - left;
  const first = 4 * (top * width + left);
  const right = left < width - 1 ? 4 : 0;
  const down = top < height - 1 ? 4 * width : 0;
  for (let c = 0; c < 4; c++) {
    const upper = (1 - u) * rgba[first + c] + u * rgba[first + right + c];
    const lower = (1 - u) * rgba[first + down + c] + u * rgba[first + down + right + c];
    into[at + c] = (1 - v) * upper + v * lower + 0.5;
  }
}

/** A picture made smaller by a whole number: each of its pixels is the mean of scale · scale. */
export function shrunk({ width, height, rgba }: PixelImage, scale: number): PixelImage {
  const [across, down] = [Math.floor(width / scale), Math.floor(height / scale)];
  const means = new Uint8ClampedArray(4 * across * down);
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++)
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        for (let i = 0; i < scale; i++)
          for (let j = 0; j < scale; j++)
            sum += rgba[4 * ((y * scale + i) * width + x * scale + j) + c];
        means[4 * (y * across + x) + c] = sum / scale ** 2;
      }
  return { width: across, height: down, rgba: means };
}
