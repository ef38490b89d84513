import type { PointPair } from '../../drag/points.ts';
import type { ConeShape } from '../../models/stylegan2/device/cone.ts';
import {
  clip,
  follow,
  type Link,
  linksFrom,
  type Range,
} from '../../models/stylegan2/device/cone_links.ts';
import type { CellCounts } from '../counting.ts';

/** Rows and columns. */
type Rectangle = readonly [Range, Range];
const axes = ['height', 'width'] as const;
const imageSides = { height: 'imageHeight', width: 'imageWidth' } as const;

/**
 * How many cells the lists of an iteration hold for these points, by the rules of shaders/forward_cone.wgsl and
 * backward_cone.wgsl, without a device. Handles are where they are at first, and every point moves.
 */
export function coneCells(shape: ConeShape, points: readonly PointPair[]): Map<string, CellCounts> {
  const counts = new Map<string, CellCounts>();
  for (const direction of ['forward', 'backward'] as const) {
    let rectangles = points.map((point) => readBy(point, shape, direction));
    for (const link of linksFrom(shape)) {
      rectangles = rectangles.map((rectangle) => below(rectangle, link));
      // A FIR's input is listed in blocks of two rows and two columns, forward.
      const inBlocks = direction === 'forward' && link.kind === 'fir';
      const computed = cellsIn(rectangles.map((one) => (inBlocks ? blocksOf(one) : one)));
      const covered =
        direction === 'forward' ? computed : cellsIn(rectangles.map((one) => around(one, link)));
      counts.set(`${direction === 'forward' ? '' : 'd_'}cells.${link.layer}`, {
        computed,
        covered,
      });
    }
  }
  return counts;
}

/** The cells of the feature map that tracking and the loss can read (forward), or that the loss reads (backward). */
function readBy(
  { handle, target }: PointPair,
  shape: ConeShape,
  direction: 'forward' | 'backward',
): Rectangle {
  const { patchRadius, trackingRadius } = shape;
  const reach = trackingRadius + patchRadius + 1;
  const way = target.map((to, axis) => to - handle[axis]);
  const range = (axis: 0 | 1): Range => {
    const at = handle[axis];
    if (direction === 'forward') return [at - reach, at + reach - 1];
    const shift = way[axis] / Math.hypot(...way);
    const first = at - patchRadius + Math.floor(shift);
    return [first, first + 2 * patchRadius - 1 + Math.ceil(shift) - Math.floor(shift)];
  };
  return [cellsOfPixels(range(0), shape, 'height'), cellsOfPixels(range(1), shape, 'width')];
}

/** The cells between which pixels are interpolated. */
function cellsOfPixels(pixels: Range, shape: ConeShape, axis: (typeof axes)[number]): Range {
  const side = shape[imageSides[axis]];
  const cells = shape[axis];
  const low = (pixel: number) =>
    Math.floor(Math.max((2 * pixel + 1) * cells - side, 0) / (2 * side));
  const [first, last] = clip(pixels, side);
  return [low(first), Math.min(low(last) + 1, cells - 1)];
}

const below = ([rows, columns]: Rectangle, { kind, height, width }: Link): Rectangle => [
  follow(rows, kind, height),
  follow(columns, kind, width),
];

const around = ([rows, columns]: Rectangle, { ring, height, width }: Link): Rectangle => [
  clip([rows[0] - ring, rows[1] + ring], height),
  clip([columns[0] - ring, columns[1] + ring], width),
];

const blocksOf = ([rows, columns]: Rectangle): Rectangle => {
  const halved = ([first, last]: Range): Range => [Math.floor(first / 2), Math.floor(last / 2)];
  return [halved(rows), halved(columns)];
};

/** Cells that lie in at least one rectangle. */
function cellsIn(rectangles: readonly Rectangle[]): number {
  const cells = new Set<number>();
  for (const [[top, bottom], [left, right]] of rectangles)
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) cells.add(row * 65536 + column);
  return cells.size;
}
