import { describe, expect, it } from 'vitest';
import { randomWeights } from '../../src/bench/networks.ts';
import { coneCells } from '../../src/bench/plan/cone_cells.ts';
import { CountedNetwork } from '../../src/bench/plan/counted_network.ts';
import { CountingDevice } from '../../src/bench/plan/counting_device.ts';
import { planCounts } from '../../src/bench/plan/plan_report.ts';
import { benchPoints } from '../../src/bench/points_and_mask.ts';
import { Plan } from '../../src/engine/graph/plan.ts';
import type { Call } from '../../src/engine/graph/reversal.ts';
import { PipelineCache } from '../../src/engine/kernels/pipelines.ts';
import { Arena } from '../../src/engine/memory/arena.ts';
import { TensorStore } from '../../src/engine/memory/tensors.ts';
import { nodeShaders } from '../../src/node/gpu/node_shaders.ts';
import { cellsOfPixels, expectedLists, key } from '../twins/cone_lists.ts';

const sizes = { length: 70 };
const copy = (w: string, ws: string): Call => ({
  operation: 'broadcast_latent',
  label: `${w} to ${ws}`,
  sizes,
  tensors: { w, ws },
});

/** The counts of a plan of copies between tensors that all have buffers of their own. */
async function countCopies(calls: readonly Call[], wanted: readonly string[] = []) {
  const counting = new CountingDevice();
  const { device } = counting;
  const store = new TensorStore(device);
  const roots = wanted.length > 0 ? ['c'] : [];
  for (const name of ['a', 'b', 'c', 'd'])
    for (const made of [name, `d_${name}`]) store.create(made, 'plain', [sizes.length]);
  const resources = {
    device,
    pipelines: new PipelineCache(device, nodeShaders),
    store,
    arena: new Arena(device),
  };
  const plan = await Plan.build({ calls, roots, wanted }, resources);
  counting.take();
  plan.submit(device);
  return planCounts(plan, counting.take(), new Map());
}

describe('the counts of a plan', () => {
  it('have a row for each dispatch that is recorded, in order', async () => {
    const { rows, dispatches } = await countCopies([copy('a', 'b'), copy('b', 'c')], ['a']);
    expect(rows.map(({ label }) => label)).toEqual([
      'a to b forward',
      'b to c forward',
      'b to c backward',
      'a to b backward',
    ]);
    expect(dispatches).toBe(4);
    for (const { kernel, workgroups, used, size } of rows) {
      expect(kernel).toMatch(/^broadcast_latent:(forward|backward)$/);
      expect([workgroups, used, size]).toEqual([2, 2, 64]);
    }
  });

  it('have a barrier where a buffer is used that was written, or written that was read', async () => {
    const barriers = async (...calls: Call[]) =>
      (await countCopies(calls)).rows.map(({ barrier }) => barrier);
    expect(await barriers(copy('a', 'b'), copy('b', 'c'))).toEqual([false, true]);
    expect(await barriers(copy('a', 'b'), copy('a', 'c'))).toEqual([false, false]);
    expect(await barriers(copy('a', 'b'), copy('c', 'a'))).toEqual([false, true]);
    // One barrier is for all that came before it.
    expect(await barriers(copy('a', 'b'), copy('b', 'c'), copy('b', 'd'))).toEqual([
      false,
      true,
      false,
    ]);
    expect(await barriers(copy('a', 'b'), copy('c', 'd'), copy('b', 'c'), copy('d', 'a'))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('have the longest chain of data as levels', async () => {
    const { levels } = await countCopies([copy('a', 'b'), copy('a', 'c'), copy('c', 'd')]);
    expect(levels).toBe(2);
  });

  it('are those of the iteration and the picture that are run', async () => {
    const shape = { resolution: 32, channelBase: 2048, channelMax: 64, wDim: 64, zDim: 64 };
    const weights = randomWeights({ ...shape, mappingLayers: 2, seed: 1 });
    const request = { precision: 'f16', shaders: nodeShaders } as const;
    const gpu = await CountedNetwork.load(weights, { adapter: 'gpu', ...request });
    const software = await CountedNetwork.load(weights, { adapter: 'software', ...request });
    const cone = await gpu.iteration({ points: 1 });
    const dense = await gpu.iteration({ points: 1, coverage: 'dense' });
    expect(cone.rows.some(({ kernel }) => kernel === 'forward_cone:forward')).toBe(true);
    expect(dense.rows.some(({ kernel }) => kernel.includes('cone'))).toBe(false);
    expect(dense.macs).toBeGreaterThan(cone.macs);
    expect((await gpu.iteration({ points: 1, masked: true })).rows.at(-1)).toBeDefined();
    for (const space of ['w', 'z', 'principal'] as const)
      expect((await gpu.iteration({ points: 2, space })).dispatches).toBeGreaterThan(20);
    expect((await software.iteration({ points: 1 })).partial_bytes).toBe(0);
    expect((await gpu.picture()).copies).toBe(0);
    for (const { used, workgroups } of cone.rows) expect(used).toBeLessThanOrEqual(workgroups);
    gpu.destroy();
    software.destroy();
  });
});

describe('cells of the cone, counted without a device', () => {
  const shape = {
    ...{ block: 64, height: 64, width: 64, imageHeight: 128, imageWidth: 128 },
    ...{ points: 4, tiles: 0, patchRadius: 3, trackingRadius: 5 },
  };

  it('are as many as the rules make, cell by cell', () => {
    const points = benchPoints(shape.points, { height: 128, width: 128 });
    const counted = coneCells(shape, points);
    const reach = shape.trackingRadius + shape.patchRadius + 1;
    const pixels = new Set<number>();
    for (const { handle } of points)
      for (let row = handle[0] - reach; row < handle[0] + reach; row++)
        for (let column = handle[1] - reach; column < handle[1] + reach; column++)
          pixels.add(key(row, column));
    for (const [layer, cells] of expectedLists(cellsOfPixels(pixels, shape), shape)) {
      const blocks = new Set([...cells].map((cell) => key(cell >>> 17, (cell & 0xffff) >> 1)));
      const size = layer.endsWith('.t') ? blocks.size : cells.size;
      expect(counted.get(`cells.${layer}`), layer).toEqual({ computed: size, covered: size });
    }
  });

  it('have a ring around those with a gradient', () => {
    const counted = coneCells({ ...shape, points: 1 }, [{ handle: [64, 64], target: [64, 90] }]);
    // 6 rows and 7 columns of pixels, from 4 rows and 4 or 5 columns of cells, and two around them.
    const { computed, covered } = counted.get('d_cells.b64.conv1') ?? { computed: 0, covered: 0 };
    expect(computed).toBe(4 * 5);
    expect(covered).toBe(8 * 9);
    expect(counted.get('cells.b64.conv1')?.computed).toBeGreaterThan(computed);
  });
});
