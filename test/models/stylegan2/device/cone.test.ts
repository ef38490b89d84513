import { describe, expect, it } from 'vitest';
import { DragLoop } from '../../../../src/drag/device/device_drag.ts';
import { objectiveShape } from '../../../../src/drag/device/objective_shape.ts';
import type { IterationRecord } from '../../../../src/drag/device/records.ts';
import { type DragOptions, paperOptions } from '../../../../src/drag/options.ts';
import type { ConeShape } from '../../../../src/models/stylegan2/device/cone.ts';
import { draggable } from '../../../../src/models/stylegan2/device/draggable.ts';
import { type Pixel, readDragFixture, testGenerator } from '../../../support/drag_fixture.ts';
import { poison, watchArenas } from '../../../support/poison.ts';
import {
  cellsOfPixels,
  convolution,
  dependencies,
  expectedLists,
  key,
  makeLists,
} from '../../../twins/cone_lists.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';
import { Random } from '../../../twins/random.ts';

/** Pixels of the image around points, by offsets from each. */
function around(
  points: readonly Pixel[],
  { imageHeight, imageWidth }: ConeShape,
  offsets: (point: number) => [number, number],
) {
  const pixels = new Set<number>();
  points.forEach(([row, column], point) => {
    const [first, last] = offsets(point);
    for (let i = first; i <= last; i++)
      for (let k = first; k <= last; k++) {
        const [r, c] = [row + i, column + k];
        if (r >= 0 && r < imageHeight && c >= 0 && c < imageWidth) pixels.add(key(r, c));
      }
  });
  return pixels;
}

/** A block of a network with a constant of h × w cells, whose last block is `last`. */
const oblong = (block: number, [height, width]: readonly [number, number], last: number) => ({
  ...{ block, height: (height * block) / 4, width: (width * block) / 4, tiles: 0 },
  ...{ imageHeight: (height * last) / 4, imageWidth: (width * last) / 4 },
});
const square = (block: number, last: number) => oblong(block, [4, 4], last);

const shapes: readonly ConeShape[] = [
  { ...square(32, 64), points: 1, patchRadius: 3, trackingRadius: 5 },
  { ...square(64, 64), points: 1, patchRadius: 1, trackingRadius: 2 },
  { ...square(16, 128), points: 5, patchRadius: 3, trackingRadius: 8 },
  { ...square(8, 64), points: 16, patchRadius: 2, trackingRadius: 3 },
  { ...square(4, 32), points: 2, patchRadius: 2, trackingRadius: 3 },
  // Of constants of 4 × 2 and 3 × 5.
  { ...oblong(32, [4, 2], 64), points: 2, patchRadius: 3, trackingRadius: 5 },
  { ...oblong(16, [3, 5], 32), points: 3, patchRadius: 2, trackingRadius: 4 },
];
const places = ['inside', 'at corners and borders', 'together'] as const;

function pointsAt(
  place: (typeof places)[number],
  { points, imageHeight, imageWidth }: ConeShape,
  random: Random,
): Pixel[] {
  const last = { row: imageHeight - 1, column: imageWidth - 1 };
  const borders: Pixel[] = [
    [0, 0],
    [last.row, last.column],
    [0, last.column],
    [last.row >> 1, 0],
    [last.row, 3],
  ];
  const any = (length: number) => Math.floor(Math.abs(random.normal()) * length) % length;
  return Array.from({ length: points }, (_, point): Pixel => {
    if (place === 'inside') return [any(imageHeight), any(imageWidth)];
    if (place === 'together')
      return [(imageHeight >> 1) + (point % 4), (imageWidth >> 1) + (point >> 2)];
    return borders[point % borders.length];
  });
}

describe.each(shapes)(
  'the cone of $points points, $height × $width cells for $imageHeight × $imageWidth pixels',
  (shape) => {
    it.each(places)('is what tracking and patches can read, %s', async (place) => {
      const positions = pointsAt(place, shape, new Random(7));
      const reach = shape.trackingRadius + shape.patchRadius + 1;
      const pixels = around(positions, shape, () => [-reach, reach - 1]);
      const lists = await makeLists(shape, 'forward', positions, [0, 0]);
      for (const [name, expected] of expectedLists(cellsOfPixels(pixels, shape), shape)) {
        const { cells, capacity } = lists.get(name) ?? { cells: [], capacity: 0 };
        const wanted = name.endsWith('.t')
          ? new Set(
              [...expected].map((cell) => key(Math.floor(cell / 65536) >> 1, (cell % 65536) >> 1)),
            )
          : expected;
        expect(cells, name).toEqual([...wanted].sort((a, b) => a - b));
        expect(cells.length, name).toBeLessThanOrEqual(capacity);
      }
    });

    it.each(places)('has every cell that the gradient reaches, and its ring, %s', async (place) => {
      const positions = pointsAt(place, shape, new Random(8));
      const shift = [0.6, -0.8] as const;
      const radius = shape.patchRadius;
      const pixels = new Set<number>();
      for (const [row, column] of positions)
        for (let i = 0; i <= 2 * radius; i++)
          for (let k = 0; k <= 2 * radius; k++) {
            const [r, c] = [row - radius + i, column - radius - 1 + k];
            if (r >= 0 && r < shape.imageHeight && c >= 0 && c < shape.imageWidth)
              pixels.add(key(r, c));
          }
      const lists = await makeLists(shape, 'backward', positions, shift);
      const expected = [...expectedLists(cellsOfPixels(pixels, shape), shape)];
      for (const [i, [name, wanted]] of expected.entries()) {
        const { cells, ring, capacity } = lists.get(name) ?? { cells: [], ring: [], capacity: 0 };
        expect(cells, name).toEqual([...wanted].sort((a, b) => a - b));
        expect(cells.length + ring.length, name).toBeLessThanOrEqual(capacity);
        // All that the next layer's gradient reads.
        const next = expected[i + 1]?.[1];
        if (!next) continue;
        const scale = Number(/\d+/.exec(name)?.[0]) / shape.block;
        const beyond = name.endsWith('.t') ? 1 : 0;
        const size = [shape.height * scale + beyond, shape.width * scale + beyond] as const;
        const readers = name.endsWith('conv1')
          ? convolution
          : name.endsWith('conv0')
            ? (t: number) => [t - 2, t - 1, t, t + 1]
            : (x: number) => [2 * x, 2 * x + 1, 2 * x + 2];
        const listed = new Set([...cells, ...ring]);
        for (const cell of dependencies(next, size, readers))
          expect(listed.has(cell), name).toBe(true);
      }
    });
  },
);

/** Three iterations, each after all short-lived memory was filled with NaN. */
async function drag(
  network: 'tiny' | 'mid',
  handles: readonly Pixel[],
  targets: readonly Pixel[],
  options: DragOptions,
): Promise<IterationRecord[]> {
  const generator = await testGenerator(network);
  const { ws0 } = readDragFixture(`drag_${network}_1point`);
  const loop = new DragLoop(draggable(generator));
  const counts = { points: handles.length, masked: false };
  await loop.configure(objectiveShape(draggable(generator), options, counts));
  loop.begin({ ws: ws0, handles }, ws0);
  loop.targets = targets;
  loop.rates = options;
  const records: IterationRecord[] = [];
  for (let i = 0; i < 3; i++) {
    await poison();
    records.push(...(await loop.run(1, true)));
  }
  loop.destroy();
  return records;
}

await watchArenas();

describe.each([0, 1, 2, 3, 4])('on features of block %d', (featureBlock) => {
  it.each([1, 4, 16])(
    'cone and dense agree with %d points, whatever stood in memory',
    async (count) => {
      const random = new Random(featureBlock * 100 + count);
      const any = () => Math.floor(Math.abs(random.normal()) * 40) % 64;
      const corners: Pixel[] = [
        [0, 0],
        [63, 63],
        [63, 2],
        [30, 30],
      ];
      const handles = Array.from({ length: count }, (_, i): Pixel => corners[i] ?? [any(), any()]);
      if (count === 1) handles[0] = [29, 35];
      const targets = handles.map(([row, column]): Pixel => [(row + 9) % 64, (column + 50) % 64]);
      const options = { ...paperOptions, featureBlock, r1: 24, r2: 40, learningRate: 0.01 };
      const cone = await drag('tiny', handles, targets, { ...options, coverage: 'cone' });
      const dense = await drag('tiny', handles, targets, { ...options, coverage: 'dense' });
      for (const [i, record] of cone.entries()) {
        const where = `iteration ${i}`;
        const other = dense[i];
        expect(record.points, where).toEqual(other.points);
        expect(Math.abs(record.lossMotion / other.lossMotion - 1), where).toBeLessThan(1e-5);
        const [gradient, expected] = [record.gradient ?? [], other.gradient ?? []];
        expect(relativeDifference(gradient, expected), where).toBeLessThan(2e-5);
      }
    },
  );
});
