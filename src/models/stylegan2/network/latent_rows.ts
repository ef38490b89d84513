import { InputError } from '../../../formats/errors.ts';
import type { GeneratorConfig } from './config.ts';

/** The sizes that a latent must have. */
export type LatentShape = Pick<GeneratorConfig, 'numWs' | 'wDim'>;

/**
 * Ranges of rows of ws, as StyleGAN's paper divides them (Karras et al. 2019, 3.1): those that style the maps up to 8²,
 * those up to 32², and the rest. Each is its first row and the first row after it.
 */
export const styleRanges = {
  coarse: [0, 4],
  middle: [4, 8],
  fine: [8, Number.POSITIVE_INFINITY],
} as const;

export type StyleRange = keyof typeof styleRanges;

/** The rows of a range that a network has: a small network has no fine ones. */
export function rowsOf(range: StyleRange, numWs: number): number[] {
  const [first, end] = styleRanges[range];
  return Array.from({ length: Math.max(0, Math.min(end, numWs) - first) }, (_, i) => first + i);
}

/**
 * Parses rows of ws, as `0-3,6`.
 * @param option where they were given, for messages
 * @returns each once, in ascending order
 * @throws InputError for anything else, or a row that the network does not have
 */
export function parseRows(text: string, numWs: number, option?: string): number[] {
  const rows = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) >= numWs || Number(first) > Number(last)) {
      throw new InputError(
        `"${part.trim()}" is neither a row from 0 to ${numWs - 1} nor a range such as 0-${numWs - 1}`,
        { option },
      );
    }
    for (let row = Number(first); row <= Number(last); row++) rows.add(row);
  }
  return [...rows].sort((a, b) => a - b);
}

/** Rows in ascending order as `parseRows` takes them. */
export function writeRows(rows: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const row of rows) {
    const range = ranges.at(-1);
    if (range?.last === row - 1) range.last = row;
    else ranges.push({ first: row, last: row });
  }
  return ranges
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
    .join(',');
}

/**
 * Style mixing: a latent with some rows taken from another. The first rows shape the picture coarsely, the last ones
 * its colours.
 * @param rows which of num_ws, from 0
 * @returns a new ws (num_ws · w_dim)
 * @throws InputError for a row that there is not, or another length than num_ws · w_dim
 */
export function mixStyles(
  ws: Float32Array,
  other: Float32Array,
  rows: Iterable<number>,
  { numWs, wDim }: LatentShape,
): Float32Array<ArrayBuffer> {
  checkLength(ws, { numWs, wDim });
  checkLength(other, { numWs, wDim });
  const mixed = new Float32Array(ws);
  for (const row of rows) {
    if (!Number.isInteger(row) || row < 0 || row >= numWs) {
      throw new InputError(`no row ${row}: the network's ws has rows 0 to ${numWs - 1}`);
    }
    mixed.set(other.subarray(row * wDim, (row + 1) * wDim), row * wDim);
  }
  return mixed;
}

/**
 * Goes along a direction: ws + strength · direction, in some rows.
 * @param direction (num_ws · w_dim), row-major
 * @param rows which of num_ws, from 0 (all)
 * @returns a new ws (num_ws · w_dim)
 * @throws InputError for a row that there is not, another length than num_ws · w_dim, or a strength that leads beyond
 * what f32 holds
 */
export function addDirection(
  ws: Float32Array,
  direction: Float32Array,
  { strength, rows }: { readonly strength: number; readonly rows?: Iterable<number> },
  shape: LatentShape,
): Float32Array<ArrayBuffer> {
  checkLength(ws, shape);
  checkLength(direction, shape);
  const moved = ws.map((value, i) => value + strength * direction[i]);
  const wrong = moved.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new InputError(`the strength ${strength} makes ws infinite`, { option: 'strength' });
  return rows === undefined ? new Float32Array(moved) : mixStyles(ws, moved, rows, shape);
}

/** @throws InputError for another length than num_ws · w_dim */
export function checkLength({ length }: Float32Array, { numWs, wDim }: LatentShape): void {
  if (length === numWs * wDim) return;
  throw new InputError(`ws has ${length} values, the network takes ${numWs} · ${wDim}`);
}
