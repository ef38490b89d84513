import { describe, expect, it, vi } from 'vitest';
import { nodeShaders } from '../src/cli/node_shaders.ts';
import { DragLoop } from '../src/drag/loop.ts';
import { objectiveShape } from '../src/drag/objective.ts';
import { type DragOptions, paperOptions } from '../src/drag/options.ts';
import type { IterationRecord } from '../src/drag/records.ts';
import { Arena } from '../src/engine/arena.ts';
import { ConeLayout, type ConeShape } from '../src/engine/cone.ts';
import { PipelineCache } from '../src/engine/pipelines.ts';
import { Plan } from '../src/engine/plan.ts';
import { TensorStore } from '../src/engine/tensors.ts';
import { type Pixel, readDragFixture, testGenerator } from './drag_fixture.ts';
import { openTestDevice } from './test_device.ts';
import { relativeDifference } from './twins/finite_differences.ts';
import { Random } from './twins/random.ts';

/** Cells by row * 65536 + column. */
type Cells = ReadonlySet<number>;

const key = (row: number, column: number): number => row * 65536 + column;

/** What each cell depends on, asked cell by cell from the definitions in SPEC §2: no ranges, no clipping to think of. */
function dependencies(cells: Cells, side: number, reads: (index: number) => number[]): Set<number> {
  const result = new Set<number>();
  for (const cell of cells) {
    const inside = (index: number) => index >= 0 && index < side;
    for (const row of reads(Math.floor(cell / 65536)).filter(inside))
      for (const column of reads(cell % 65536).filter(inside)) result.add(key(row, column));
  }
  return result;
}

const convolution = (i: number): number[] => [i - 1, i, i + 1];
const fir = (i: number): number[] => [i - 1, i, i + 1, i + 2];
/** t[2i + a] has x[i] for a = 0, 1, 2. */
const upsampling = (t: number): number[] =>
  [0, 1, 2].map((a) => (t - a) / 2).filter(Number.isInteger);

/** Cells that a pixel of the resized map reads, with a weight that may be zero. */
function cellsOfPixel(pixel: number, { side, cells }: ConeShape): number[] {
  const source = Math.max(((pixel + 0.5) * cells) / side - 0.5, 0);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, cells - 1)];
}

/** Every layer's cells, by the names of the lists, from the pixels that are read. */
function expectedLists(pixels: Cells, shape: ConeShape): Map<string, Cells> {
  const lists = new Map<string, Cells>();
  let cells: Cells = new Set(
    [...pixels].flatMap((pixel) =>
      cellsOfPixel(Math.floor(pixel / 65536), shape).flatMap((row) =>
        cellsOfPixel(pixel % 65536, shape).map((column) => key(row, column)),
      ),
    ),
  );
  for (let side = shape.cells; side >= 4; side /= 2) {
    lists.set(`b${side}.conv1`, cells);
    cells = dependencies(cells, side, convolution);
    lists.set(`b${side}.conv0`, cells);
    if (side === 4) break;
    cells = dependencies(cells, side + 1, fir);
    lists.set(`b${side}.t`, cells);
    cells = dependencies(cells, side / 2, upsampling);
  }
  return lists;
}

/** Pixels of the image around points, by offsets from each. */
function around(
  points: readonly Pixel[],
  side: number,
  offsets: (point: number) => [number, number],
) {
  const pixels = new Set<number>();
  points.forEach(([row, column], point) => {
    const [first, last] = offsets(point);
    for (let i = first; i <= last; i++)
      for (let k = first; k <= last; k++) {
        const [r, c] = [row + i, column + k];
        if (r >= 0 && r < side && c >= 0 && c < side) pixels.add(key(r, c));
      }
  });
  return pixels;
}

/** Lists as shaders/forward_cone.wgsl or backward_cone.wgsl make them. */
async function makeLists(
  shape: ConeShape,
  direction: 'forward' | 'backward',
  positions: readonly Pixel[],
  shift: readonly [number, number],
) {
  const device = await openTestDevice();
  const store = new TensorStore(device);
  const arena = new Arena(device);
  const layout = new ConeLayout(shape);
  layout.createTensors(store, device);
  store.create('positions', 'plain', [positions.length, 2], positions.flat());
  const shifts = positions.flatMap(() => [...shift, 1, 5]);
  store.create('shifts', 'plain', [positions.length, 4], shifts);
  store.create('status', 'plain', [8]);
  const pipelines = new PipelineCache(device, nodeShaders);
  const plan = await Plan.build(
    { calls: [layout.call(direction)] },
    { device, pipelines, store, arena },
  );
  const encoder = device.createCommandEncoder();
  plan.record(encoder);
  device.queue.submit([encoder.finish()]);
  const lists = new Map<string, { cells: number[]; ring: number[]; capacity: number }>();
  for (const name of layout.names.filter((list) =>
    list.startsWith(`${direction === 'forward' ? '' : 'd_'}cells.`),
  )) {
    const words = new Uint32Array((await store.read(name)).buffer);
    const decode = (word: number) => key(word >>> 16, word & 0xffff);
    lists.set(name.replace(/^(d_)?cells\./, ''), {
      cells: [...words.subarray(4, 4 + words[0])].map(decode),
      ring: [...words.subarray(4 + words[0], 4 + words[1])].map(decode),
      capacity: words.length - 4,
    });
  }
  plan.destroy();
  store.destroy();
  arena.destroy();
  return lists;
}

const shapes: readonly ConeShape[] = [
  { points: 1, side: 64, cells: 32, patchRadius: 3, trackingRadius: 5 },
  { points: 1, side: 64, cells: 64, patchRadius: 1, trackingRadius: 2 },
  { points: 5, side: 128, cells: 16, patchRadius: 3, trackingRadius: 8 },
  { points: 16, side: 64, cells: 8, patchRadius: 2, trackingRadius: 3 },
  { points: 2, side: 32, cells: 4, patchRadius: 2, trackingRadius: 3 },
];
const places = ['inside', 'at corners and borders', 'together'] as const;

function pointsAt(
  place: (typeof places)[number],
  { points, side }: ConeShape,
  random: Random,
): Pixel[] {
  const last = side - 1;
  const borders: Pixel[] = [
    [0, 0],
    [last, last],
    [0, last],
    [last >> 1, 0],
    [last, 3],
  ];
  const any = () => Math.floor(Math.abs(random.normal()) * side) % side;
  return Array.from({ length: points }, (_, point): Pixel => {
    if (place === 'inside') return [any(), any()];
    if (place === 'together') return [(side >> 1) + (point % 4), (side >> 1) + (point >> 2)];
    return borders[point % borders.length];
  });
}

describe.each(shapes)('the cone of $points points, $cells cells for $side pixels', (shape) => {
  it.each(places)('is what tracking and patches can read, %s', async (place) => {
    const positions = pointsAt(place, shape, new Random(7));
    const reach = shape.trackingRadius + shape.patchRadius + 1;
    const pixels = around(positions, shape.side, () => [-reach, reach - 1]);
    const lists = await makeLists(shape, 'forward', positions, [0, 0]);
    for (const [name, expected] of expectedLists(pixels, shape)) {
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
          if (r >= 0 && r < shape.side && c >= 0 && c < shape.side) pixels.add(key(r, c));
        }
    const lists = await makeLists(shape, 'backward', positions, shift);
    const expected = [...expectedLists(pixels, shape)];
    for (const [i, [name, wanted]] of expected.entries()) {
      const { cells, ring, capacity } = lists.get(name) ?? { cells: [], ring: [], capacity: 0 };
      expect(cells, name).toEqual([...wanted].sort((a, b) => a - b));
      expect(cells.length + ring.length, name).toBeLessThanOrEqual(capacity);
      // All that the next layer's gradient reads.
      const next = expected[i + 1]?.[1];
      if (!next) continue;
      const side = name.endsWith('.t')
        ? Number(/\d+/.exec(name)?.[0]) + 1
        : Number(/\d+/.exec(name)?.[0]);
      const readers = name.endsWith('conv1')
        ? convolution
        : name.endsWith('conv0')
          ? (t: number) => [t - 2, t - 1, t, t + 1]
          : (x: number) => [2 * x, 2 * x + 1, 2 * x + 2];
      const listed = new Set([...cells, ...ring]);
      for (const cell of dependencies(next, side, readers))
        expect(listed.has(cell), name).toBe(true);
    }
  });
});

/** Buffers of the arenas that are made from now on. */
async function watchArenas(): Promise<GPUBuffer[]> {
  const device = await openTestDevice();
  const buffers: GPUBuffer[] = [];
  const create = device.createBuffer.bind(device);
  vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
    const buffer = create(descriptor);
    if (descriptor.label?.startsWith('arena')) buffers.push(buffer);
    return buffer;
  });
  return buffers;
}

/** Three iterations, each after all short-lived memory was filled with NaN. */
async function drag(
  network: 'tiny' | 'mid',
  handles: readonly Pixel[],
  targets: readonly Pixel[],
  options: DragOptions,
): Promise<IterationRecord[]> {
  const generator = await testGenerator(network);
  const { device } = generator.engine;
  const { ws0 } = readDragFixture(`drag_${network}_1point`);
  const loop = new DragLoop(generator);
  const counts = { points: handles.length, masked: false };
  await loop.configure(objectiveShape(generator.config, options, counts));
  loop.begin({ ws: ws0, handles }, ws0);
  loop.targets = targets;
  loop.rates = options;
  const records: IterationRecord[] = [];
  for (let i = 0; i < 3; i++) {
    for (const buffer of arenas)
      device.queue.writeBuffer(buffer, 0, new Float32Array(buffer.size / 4).fill(Number.NaN));
    records.push(...(await loop.run(1, true)));
  }
  loop.destroy();
  return records;
}

const arenas = await watchArenas();

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
