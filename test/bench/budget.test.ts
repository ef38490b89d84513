import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { Contest } from '../../bench/peers/contest.ts';
import type { PeerResult, Task } from '../../bench/peers/peer.ts';
import { Budget } from '../../src/bench/budget.ts';
import { runForwardBench } from '../../src/bench/forward.ts';
import { type IterationBenchRequest, runIterationBench } from '../../src/bench/iteration.ts';
import { timeStepFromHost } from '../../src/bench/kernel_times.ts';
import { benchLatent, MeasuredDrag } from '../../src/bench/measured_drag.ts';
import { MemoryWatch } from '../../src/bench/memory.ts';
import { randomWeights } from '../../src/bench/networks.ts';
import { runOperationsBench } from '../../src/bench/operations.ts';
import { benchPoints } from '../../src/bench/points_and_mask.ts';
import { objectiveShape } from '../../src/drag/device/objective_shape.ts';
import { paperOptions } from '../../src/drag/options.ts';
import { dragShape } from '../../src/models/stylegan2/device/draggable.ts';
import { Generator } from '../../src/models/stylegan2/device/generator.ts';
import { openTestEngine } from '../support/test_device.ts';

/** A clock that stands, until it is moved. */
class Clock {
  milliseconds = 0;
  readonly now = (): number => this.milliseconds;
}

describe('a budget', () => {
  it('counts from its beginning, and says what still fits with a little more', () => {
    const clock = new Clock();
    const budget = new Budget(10, clock.now, -2000);
    expect(budget.left).toBe(8000);
    expect(budget.fits(6500)).toBe(true);
    expect(budget.fits(7000)).toBe(false);
    clock.milliseconds = 9000;
    expect(budget.spent).toBe(11_000);
    expect(budget.left).toBe(-1000);
    expect(budget.fits(1)).toBe(false);
  });

  it('that has no end lets everything fit', () => {
    expect(new Budget(Number.POSITIVE_INFINITY).fits(1e12)).toBe(true);
  });
});

const shape = {
  ...{ resolution: 64, channelBase: 1024, channelMax: 32 },
  ...{ wDim: 64, zDim: 64, mappingLayers: 2, seed: 1 },
};
const matmul = readFileSync(new URL('../../src/bench/matmul.wgsl', import.meta.url), 'utf8');
const over = new Budget(0, () => 1, 0);

describe('a bench', async () => {
  const engine = await openTestEngine();
  const weights = randomWeights(shape);
  const iterate = (request: Partial<IterationBenchRequest>) =>
    runIterationBench(engine, { shape: '64', weights, points: 1, ...request });

  it('whose time is over before it begins still measures both coverages once, and nothing else', async () => {
    const { cone, dense, speedup, agreement, sampled } = await iterate({ budget: over });
    expect(dense.runs).toBe(1);
    expect(cone.runs).toBeGreaterThan(1);
    expect(speedup).toBeGreaterThan(0);
    expect(agreement?.gradient).toBeLessThan(5e-4);
    expect([cone.batch, cone.macs_over_places, sampled]).toEqual([null, null, null]);
    expect([...cone.kernels, ...dense.kernels].every(({ ms }) => ms === null)).toBe(true);
  });

  it('with time goes on to kernel times, and makes as many rounds as it is asked for', async () => {
    const { cone, dense } = await iterate({ budget: new Budget(1e6), repeats: 3 });
    expect(dense.runs).toBe(3);
    expect(cone.batch?.iterations).toBeGreaterThan(1);
    expect(cone.macs_over_places?.max).toBeLessThanOrEqual(dense.macs);
    if (engine.device.features.has('timestamp-query'))
      expect(cone.kernels.every(({ ms }) => ms !== null)).toBe(true);
  });

  it('with a mask has the whole loss, which is dense, and the one of sampled tiles', async () => {
    const { cone, dense, sampled, agreement } = await iterate({ masked: true, budget: over });
    expect(cone.macs).toBe(dense.macs);
    expect(agreement).toBeNull();
    expect(sampled?.median_ms).toBeGreaterThan(0);
    expect(sampled?.macs).toBeLessThan(dense.macs);
  });

  it('can be ended between two phases, and leaves no memory behind', async () => {
    const stop = new AbortController();
    const phases: string[] = [];
    const memory = new MemoryWatch(engine.device);
    const run = runIterationBench(
      engine,
      { shape: '64', weights, points: 1, signal: stop.signal },
      (what) => {
        phases.push(what);
        if (what === 'kernel times') stop.abort(new Error('enough'));
      },
    );
    await expect(run).rejects.toThrow('enough');
    memory.end();
    expect(phases.at(-1)).toBe('kernel times');
    expect(memory.peak).toBeGreaterThan(0);
    expect(memory.bytes).toBe(0);
  });

  it('of pictures makes one round whatever the time', async () => {
    const report = await runForwardBench(engine, { shape: '64', weights, budget: over }, matmul);
    expect(report.forward.runs).toBe(1);
    expect(report.fraction).toBeGreaterThan(0);
  });

  it('of operations counts the kernels for which there was no time', async () => {
    const request = { shape: '64', weights, budget: over };
    const report = await runOperationsBench(engine, request, matmul);
    expect(report.operations).toEqual([]);
    expect(report.peaks).toBe('measured');
    expect(Math.min(report.peak_gflops, report.peak_gbs)).toBeGreaterThan(0);
    expect(report.left_out).toBeGreaterThan(10);
  });

  it('of operations gives the part of the roofline that a kernel reaches', async () => {
    const peaks = { gflops: 100, gbs: 10 };
    let asked = 0;
    const budget = new Budget(0.004, () => asked++, 0);
    const request = { shape: '64', weights, peaks, budget };
    const { operations } = await runOperationsBench(engine, request, matmul);
    expect(operations.length).toBeGreaterThan(1);
    for (const { flops, bytes, ms, roofline } of operations) {
      const least = 1000 * Math.max(flops / 100e9, bytes / 10e9);
      expect((roofline ?? 0) * ms).toBeCloseTo(least, 2 - Math.log10(least));
    }
  });

  describe('on a device without timestamps', async () => {
    const generator = await Generator.load(engine, weights);
    const { config } = generator;
    const ws = benchLatent(config.numWs, config.wDim);
    const request = { coverage: 'dense', masked: false } as const;
    const run = await MeasuredDrag.begin(generator, ws, benchPoints(1, config), request);

    afterAll(() => {
      run.destroy();
      generator.destroy();
    });

    it("times a kernel by the host's clock", async () => {
      const heaviest = run.plan.steps.reduce((most, step) =>
        step.flops > most.flops ? step : most,
      );
      expect(await timeStepFromHost(engine.device, heaviest)).toBeGreaterThan(0);
    });
  });
});

describe('a contest', () => {
  const { config } = randomWeights(shape);
  const [point] = benchPoints(1, config);
  const ours = {
    image: Float32Array.of(1, 2),
    results: {
      loss: 3,
      gradient: Float32Array.of(4, 5),
      found: point.handle,
    },
    shape: objectiveShape(dragShape(config), paperOptions, { points: 1, masked: false }),
    time: async () => 10,
  };
  const { trackingRadius } = ours.shape;
  const right: Record<Task, PeerResult> = {
    warmup: { ms: 1, values: new Float32Array(), loss: 0, found: [] },
    iteration: {
      ...{ ms: 200, values: ours.results.gradient, loss: 3 },
      found: [trackingRadius, trackingRadius],
    },
    forward: { ms: 30, values: ours.image, loss: 0, found: [] },
  };
  const contest = () => new Contest('peer', ours, point, new Budget(1), () => {});

  it('gives how many times longer a peer takes that has the same results', async () => {
    const one = contest();
    await one.run({ run: async (task) => right[task] }, 2);
    expect(one.equal).toBe(true);
    expect(one.ratios).toEqual({ iteration: [20, 20], forward: [3, 3] });
  });

  it('keeps what was done before the peer failed, and calls equal only what was compared', async () => {
    const one = contest();
    const run = async (task: Task) => {
      if (task === 'forward') throw new Error('late');
      return right[task];
    };
    await expect(one.run({ run }, 1)).rejects.toThrow('late');
    expect(one.equal).toBe(true);
    expect(one.ratios).toEqual({ iteration: [20], forward: [] });
    expect(one.differences.image).toBeNull();
  });

  it('of a peer that computed nothing has no verdict', async () => {
    const one = contest();
    const run = async (): Promise<PeerResult> => {
      throw new Error('late');
    };
    await expect(one.run({ run }, 1)).rejects.toThrow('late');
    expect(one.equal).toBeNull();
  });

  it.each([
    ['gradient', 'iteration', { values: Float32Array.of(4, 5.1) }],
    ['tracked point', 'iteration', { found: [0, 0] }],
    ['picture', 'forward', { values: Float32Array.of(1, Number.NaN) }],
  ] as const)('sees another %s', async (_, wrong, change) => {
    const one = contest();
    await one.run({ run: async (task) => ({ ...right[task], ...(task === wrong && change) }) }, 1);
    expect(one.equal).toBe(false);
  });
});
