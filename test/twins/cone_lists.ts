import { Plan } from '../../src/engine/graph/plan.ts';
import { PipelineCache } from '../../src/engine/kernels/pipelines.ts';
import { Arena } from '../../src/engine/memory/arena.ts';
import { TensorStore } from '../../src/engine/memory/tensors.ts';
import { ConeLayout, type ConeShape } from '../../src/models/stylegan2/device/cone.ts';
import { nodeShaders } from '../../src/node/gpu/node_shaders.ts';
import type { Pixel } from '../support/drag_fixture.ts';
import { openTestDevice } from '../support/test_device.ts';

/** First row and column of cells, and weight; 0: there is none. */
export type SampledTile = readonly [row: number, column: number, weight: number];

/** Cells by row * 65536 + column. */
export type Cells = ReadonlySet<number>;

export const key = (row: number, column: number): number => row * 65536 + column;

/** What each cell depends on, asked cell by cell from the definitions in SPEC §2: no ranges, no clipping to think of. */
export function dependencies(
  cells: Cells,
  [height, width]: readonly [number, number],
  reads: (index: number) => number[],
): Set<number> {
  const result = new Set<number>();
  for (const cell of cells) {
    const inside = (length: number) => (index: number) => index >= 0 && index < length;
    for (const row of reads(Math.floor(cell / 65536)).filter(inside(height)))
      for (const column of reads(cell % 65536).filter(inside(width))) result.add(key(row, column));
  }
  return result;
}

export const convolution = (i: number): number[] => [i - 1, i, i + 1];
const fir = (i: number): number[] => [i - 1, i, i + 1, i + 2];
/** t[2i + a] has x[i] for a = 0, 1, 2. */
const upsampling = (t: number): number[] =>
  [0, 1, 2].map((a) => (t - a) / 2).filter(Number.isInteger);

/** Cells that a pixel of the resized map reads on one axis, with a weight that may be zero. */
function cellsOfPixel(pixel: number, cells: number, pixels: number): number[] {
  const source = Math.max(((pixel + 0.5) * cells) / pixels - 0.5, 0);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, cells - 1)];
}

/** Cells of the feature map from which pixels are resized. */
export const cellsOfPixels = (pixels: Cells, shape: ConeShape): Cells =>
  new Set(
    [...pixels].flatMap((pixel) =>
      cellsOfPixel(Math.floor(pixel / 65536), shape.height, shape.imageHeight).flatMap((row) =>
        cellsOfPixel(pixel % 65536, shape.width, shape.imageWidth).map((column) =>
          key(row, column),
        ),
      ),
    ),
  );

/** Every layer's cells, by the names of the lists, from those of the feature map. */
export function expectedLists(features: Cells, shape: ConeShape): Map<string, Cells> {
  const lists = new Map<string, Cells>();
  let cells = features;
  let [height, width] = [shape.height, shape.width];
  for (let block = shape.block; block >= 4; block /= 2) {
    lists.set(`b${block}.conv1`, cells);
    cells = dependencies(cells, [height, width], convolution);
    lists.set(`b${block}.conv0`, cells);
    if (block === 4) break;
    cells = dependencies(cells, [height + 1, width + 1], fir);
    lists.set(`b${block}.t`, cells);
    [height, width] = [height / 2, width / 2];
    cells = dependencies(cells, [height, width], upsampling);
  }
  return lists;
}

/** Lists as shaders/forward_cone.wgsl or backward_cone.wgsl make them. */
export async function makeLists(
  shape: ConeShape,
  direction: 'forward' | 'backward',
  positions: readonly Pixel[],
  shift: readonly [number, number],
  tiles: readonly SampledTile[] = [],
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
  const sampled = Array.from({ length: Math.max(1, shape.tiles) }, (_, i) => tiles[i] ?? [0, 0, 0]);
  store.create(
    'sampled_tiles',
    'plain',
    [sampled.length, 4],
    sampled.flatMap((tile) => [...tile, 0]),
  );
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
