import { afterAll, describe, expect, it } from 'vitest';
import { dragProblem } from '../../bench/peers/problem.ts';
import { planWork } from '../../src/bench/counting.ts';
import { benchLatent, MeasuredDrag } from '../../src/bench/measured_drag.ts';
import { officialShape, randomWeights } from '../../src/bench/networks.ts';
import { benchMask, benchPoints } from '../../src/bench/points_and_mask.ts';
import { median, percentile, relativeDifference } from '../../src/bench/statistics.ts';
import { paperOptions } from '../../src/drag/options.ts';
import { Generator } from '../../src/models/stylegan2/device/generator.ts';
import { openTestEngine } from '../support/test_device.ts';

describe('statistics', () => {
  it('takes medians and percentiles between ranks', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(percentile([0, 10], 0.95)).toBeCloseTo(9.5);
    expect(() => median([])).toThrow(RangeError);
  });

  it('sees a NaN, and another length', () => {
    expect(relativeDifference([1, Number.NaN], [1, 2])).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDifference([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDifference([1, 3], [1, 2])).toBe(0.5);
  });
});

describe('points and mask', () => {
  it.each([
    [512, 512],
    [64, 32],
    [40, 96],
  ])('lie in a picture of %i × %i pixels, handles apart from one another', (height, width) => {
    for (const count of [1, 4, 7]) {
      const points = benchPoints(count, { height, width });
      const handles = new Set(points.map(({ handle }) => handle.join()));
      expect(handles.size).toBe(count);
      for (const [row, column] of points.flatMap(({ handle, target }) => [handle, target])) {
        expect(row).toBeGreaterThanOrEqual(0);
        expect(row).toBeLessThan(height);
        expect(column).toBeGreaterThanOrEqual(0);
        expect(column).toBeLessThan(width);
      }
    }
    const mask = benchMask({ height, width });
    expect(mask).toHaveLength(height * width);
    expect(mask.reduce((a, b) => a + b, 0)).toBe((height * width) / 2);
  });

  it('are those of a drag on a network that is not square', async () => {
    const shape = { resolution: 32, constant: { height: 4, width: 2 }, seed: 1 };
    const sizes = { channelBase: 256, channelMax: 8, wDim: 8, zDim: 8, mappingLayers: 1 };
    const generator = await Generator.load(
      await openTestEngine(),
      randomWeights({ ...shape, ...sizes }),
    );
    const { config } = generator;
    const ws = benchLatent(config.numWs, config.wDim);
    const points = benchPoints(2, config);
    for (const masked of [false, true]) {
      const run = await MeasuredDrag.begin(generator, ws, points, { coverage: 'cone', masked });
      const { lossMotion, gradient = [] } = await run.trace();
      expect(lossMotion).toBeGreaterThan(0);
      expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0);
      if (!masked) expect(await run.cellCountsOverPlaces(2)).toHaveLength(4);
      run.destroy();
    }
    generator.destroy();
  });
});

/** Channels of config-f: 32768 / r, at most 512. */
const channels = (r: number): number => Math.min(512, 32768 / r);

/** Products of a whole map up to b128: nine a cell for conv1, nine an input cell for the up-sampling conv0. */
function wholeMaps(): number {
  let macs = 0;
  for (let r = 4; r <= 128; r *= 2) {
    macs += 9 * r * r * channels(r) ** 2;
    if (r > 4) macs += 9 * (r / 2) ** 2 * channels(r) * channels(r / 2);
  }
  return macs;
}

describe('multiply-adds of an iteration on the 512² shape', async () => {
  const engine = await openTestEngine();
  const generator = await Generator.load(engine, randomWeights(officialShape(512)));
  const { config } = generator;
  const ws = benchLatent(config.numWs, config.wDim);
  const runs: MeasuredDrag[] = [];
  const begin = async (coverage: 'cone' | 'dense') => {
    const request = { coverage, masked: false, known: runs[0] };
    const run = await MeasuredDrag.begin(generator, ws, benchPoints(1, config), request);
    runs.push(run);
    return run;
  };

  afterAll(() => {
    for (const run of runs) run.destroy();
    generator.destroy();
  });

  it('are a few of a hundred within the cone, wherever the handle is', async () => {
    const cone = await begin('cone');
    await cone.trace();
    const places = [await cone.cellCounts(), ...(await cone.cellCountsOverPlaces(4))];
    for (const counts of places) {
      const { macs } = planWork(cone.plan, counts);
      // SPEC §4, and what groups of four cells add; at the picture's border less.
      expect(macs).toBeGreaterThan(1.4e9);
      expect(macs).toBeLessThan(2.4e9);
    }
    const { macs } = planWork(cone.plan, places[0]);
    expect(macs).toBeGreaterThan(1.95e9);
  });

  it('are all of both directions where whole maps are computed', async () => {
    expect(wholeMaps() / 1e9).toBeCloseTo(30.6, 1);
    const dense = await begin('dense');
    const { macs } = planWork(dense.plan, new Map());
    // The up-sampling forward kernel goes over blocks of 2×2, one more than there are on each side.
    expect(macs / (2 * wholeMaps())).toBeGreaterThanOrEqual(1);
    expect(macs / (2 * wholeMaps())).toBeLessThan(1.02);
  });
});

describe("a peer's problem", () => {
  it('samples a linear ramp where the shift leads', () => {
    const side = 64;
    const shape = {
      ...{ field: 'b64.x', height: side, width: side, imageHeight: side, imageWidth: side },
      ...{ points: 1, channels: 1, patchRadius: 3, trackingRadius: 4 },
      ...{ space: 'w+' as const, masked: false, regularized: false },
      ...{ coverage: paperOptions.coverage, tiles: 0 },
    };
    const problem = dragProblem({ handle: [30, 20], target: [33, 24] }, shape);
    const ramp = Array.from({ length: side }, (_, i) => i);
    const along = ({ shape: [rows, n], data }: { shape: readonly number[]; data: Float32Array }) =>
      Array.from({ length: rows }, (_, i) =>
        ramp.reduce((sum, x, k) => sum + x * data[i * n + k], 0),
      );
    const differences = [
      ...along(problem.shifted_rows).map((at, i) => at - (27 + i + 0.6)),
      ...along(problem.shifted_columns).map((at, i) => at - (17 + i + 0.8)),
      ...along(problem.patch_rows).map((at, i) => at - (27 + i)),
    ];
    expect(differences).toHaveLength(21);
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-4);
    const total = problem.patch_weight.data.reduce((a, b) => a + b, 0);
    expect(total).toBeCloseTo(1, 5);
  });
});
