import type { PictureSize } from './stage.ts';

/**
 * The border between what may move and what must stay, as the path of an SVG in pixels of the picture.
 * @param mask height · width, row-major, 1 = must stay
 */
export function maskOutline(mask: Uint8Array, { height, width }: PictureSize): string {
  const parts: string[] = [];
  const at = (row: number, column: number): number => mask[row * width + column];
  for (let row = 1; row < height; row++)
    for (const [from, to] of runs(width, (column) => at(row - 1, column) !== at(row, column)))
      parts.push(`M${from} ${row}h${to - from}`);
  for (let column = 1; column < width; column++)
    for (const [from, to] of runs(height, (row) => at(row, column - 1) !== at(row, column)))
      parts.push(`M${column} ${from}v${to - from}`);
  return parts.join('');
}

/** Where something holds without a gap: from, and up to but without, to. */
function* runs(
  length: number,
  holds: (at: number) => boolean,
): Generator<[from: number, to: number]> {
  let from: number | undefined;
  for (let at = 0; at <= length; at++) {
    const inside = at < length && holds(at);
    if (inside) from ??= at;
    else if (from !== undefined) {
      yield [from, at];
      from = undefined;
    }
  }
}
