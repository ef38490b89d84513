import { describe, expect, it } from 'vitest';
import { DragLoop } from '../../src/drag/device/device_drag.ts';
import { objectiveShape } from '../../src/drag/device/objective_shape.ts';
import { type DragOptions, startingOptions } from '../../src/drag/options.ts';
import { DragSession, type IterationTrace } from '../../src/drag/session.ts';
import { draggable } from '../../src/models/stylegan2/device/draggable.ts';
import { principalBasis } from '../../src/models/stylegan2/device/principal_coordinates.ts';
import { latentOrigin } from '../../src/models/stylegan2/network/latent_origin.ts';
import { typicality } from '../../src/models/stylegan2/network/principal_basis.ts';
import { testGenerator } from '../support/drag_fixture.ts';

const generator = await testGenerator('tiny');
const { config } = generator;
const mapping = { psi: 0.6, cutoff: 4 };
const source = { seed: 3 };
const ws = await generator.latent(source, mapping);
const origin = latentOrigin(config, source, mapping);
const points = [{ handle: [30, 24] as const, target: [30, 40] as const }];
const trainedRows = 6;

function openSession(options: Partial<DragOptions>, from: { origin?: typeof origin } = { origin }) {
  const session = new DragSession(
    draggable(generator),
    ws,
    { featureBlock: 3, learningRate: 0.01, r1: 20, r2: 52, ...options },
    from,
  );
  session.setPoints(points);
  return session;
}

async function traceOf(session: DragSession, steps: number): Promise<IterationTrace[]> {
  const rows: IterationTrace[] = [];
  await session.run({ steps, trace: (row) => rows.push(row) });
  return rows;
}

/** The largest difference over the largest expected value. */
const difference = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let most = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return most / largest;
};

describe.each(['z', 'principal'] as const)('a drag in the space %s', (space) => {
  it('begins at the latent that it was given, and has the loss that it has in W+', async () => {
    const session = openSession({ space });
    const reference = openSession({ space: 'w+' });
    const [first, second] = await traceOf(session, 2);
    const [expected] = await traceOf(reference, 1);
    expect(first.ws).toEqual(ws);
    expect(Math.abs(first.lossMotion / expected.lossMotion - 1)).toBeLessThan(1e-4);
    expect(second.ws).not.toEqual(ws);
    const kept = trainedRows * config.wDim;
    expect(second.ws.subarray(kept), 'other rows stay').toEqual(ws.subarray(kept));
    await session.destroy();
    await reference.destroy();
  });

  it('goes on after it was put back as it went on at first', async () => {
    const session = openSession({ space });
    await session.run({ steps: 2 });
    const { state } = session;
    const other = openSession({ space }, { origin: undefined });
    await other.restore(state);
    await session.restore(state);
    const [once, again] = [await traceOf(session, 3), await traceOf(other, 3)];
    expect(again).toEqual(once);
    expect(other.origin).toEqual(session.origin);
    await session.reset();
    expect(await session.latent()).toEqual(ws);
    expect(session.origin).toEqual(origin);
    await session.destroy();
    await other.destroy();
  });
});

describe('the gradient of a drag in z', () => {
  it('is that in W+ through the mapping network, by differences', async () => {
    const session = openSession({ space: 'z' });
    const reference = openSession({ space: 'w+' });
    const [{ gradient }] = await traceOf(session, 1);
    const [{ gradient: perRow }] = await traceOf(reference, 1);
    expect(gradient).toHaveLength(config.zDim);
    const step = 1e-2;
    const along = async (k: number): Promise<number> => {
      const [up, down] = await Promise.all(
        [step, -step].map((by) =>
          generator.latent({ z: origin.z.map((value, i) => value + (i === k ? by : 0)) }, mapping),
        ),
      );
      let sum = 0;
      for (let i = 0; i < trainedRows * config.wDim; i++)
        sum += (perRow[i] * (up[i] - down[i])) / (2 * step);
      return sum;
    };
    const expected: number[] = [];
    for (let k = 0; k < config.zDim; k++) expected.push(await along(k));
    // Leaky ReLU bends between the two ends of a difference.
    expect(difference(gradient, expected)).toBeLessThan(0.02);
    await session.destroy();
    await reference.destroy();
  });
});

describe('a drag in z', () => {
  it('knows the z that it came to, from which the network makes its latent', async () => {
    const session = openSession({ space: 'z', learningRate: 0.05 });
    await session.run({ steps: 3 });
    const z = session.origin?.z ?? [];
    expect(difference(z, origin.z)).toBeGreaterThan(0.01);
    const made = await generator.latent({ z }, mapping);
    const kept = trainedRows * config.wDim;
    const dragged = await session.latent();
    expect(difference(dragged.subarray(0, kept), made.subarray(0, kept))).toBeLessThan(2e-6);
    await session.destroy();
  });

  it('moves principal coordinates where the z is not known, or lost by a drag of W+', async () => {
    const principal = openSession({ space: 'principal' });
    const unknown = openSession({ space: 'z' }, {});
    const expected = await traceOf(principal, 2);
    expect(await traceOf(unknown, 2)).toEqual(expected);
    const session = openSession({ space: 'w+' });
    await session.run({ steps: 1 });
    session.setOptions({ space: 'z' });
    await session.run({ steps: 1 });
    expect(session.origin).toBeUndefined();
    for (const one of [principal, unknown, session]) await one.destroy();
  });
});

describe('the distribution of w', () => {
  it('has a typical w in it, and not one that is far out', async () => {
    const basis = await principalBasis(generator);
    const found = [];
    for (let seed = 100; seed < 120; seed++) {
      const row = (await generator.latent({ seed })).subarray(0, config.wDim);
      found.push(typicality(basis, row));
    }
    const mean = found.reduce((sum, { pn }) => sum + pn / found.length, 0);
    expect(Math.abs(mean - 1)).toBeLessThan(0.3);
    const far = (await generator.latent(source)).subarray(0, config.wDim).map((value) => 4 * value);
    expect(typicality(basis, far).pn).toBeGreaterThan(5);
  });

  it('is orthonormal', async () => {
    const { wDim, directions, deviations } = await principalBasis(generator);
    const product = (a: number, b: number): number => {
      let sum = 0;
      for (let i = 0; i < wDim; i++) sum += directions[a * wDim + i] * directions[b * wDim + i];
      return sum;
    };
    expect(deviations.length).toBeGreaterThan(10);
    for (const [k, l] of [
      [0, 0],
      [0, 1],
      [3, 9],
      [9, 9],
    ])
      expect(Math.abs(product(k, l) - (k === l ? 1 : 0))).toBeLessThan(1e-9);
  });
});

describe('the option farthest', () => {
  it('ends a drag before its latent is too far from typical, and says so', async () => {
    const typical = await draggable(generator).typicality?.();
    if (!typical) throw new Error('the network has no typicality');
    const bound = 1.5 * typical(ws).pn;
    const session = openSession({ space: 'w+', learningRate: 0.02, farthest: 1e-3 });
    const result = await session.run({ steps: 40 });
    expect(result.stopped).toBe('farthest');
    const reached = await session.latent();
    expect(typical(reached).pn).toBeLessThanOrEqual(bound);
    expect(reached).not.toEqual(ws);
    // Started again it goes as far again.
    expect((await session.run({ steps: 40 })).stopped).toBe('farthest');
    expect(typical(await session.latent()).pn).toBeLessThanOrEqual(bound);
    session.setOptions({ farthest: 0 });
    expect((await session.run({ steps: 3 })).stopped).toBe('steps');
    await session.destroy();
  });
});

describe('the option patience', () => {
  it('ends a drag that comes no nearer', async () => {
    const session = openSession({ space: 'z', learningRate: 0, patience: 5 });
    const result = await session.run({ steps: 40 });
    expect(result.stopped).toBe('stalled');
    expect(result.iterations).toBe(6);
    expect((await session.run({ steps: 3 })).stopped).toBe('steps');
    await session.destroy();
  });

  it('goes back to where the points were nearest', async () => {
    // So fast that the handle is lost.
    const session = openSession({ space: 'z', learningRate: 0.3, patience: 8 });
    const rows: IterationTrace[] = [];
    const result = await session.run({ steps: 60, trace: (row) => rows.push(row) });
    expect(result.stopped).toBe('stalled');
    const nearest = rows.reduce((a, b) => (b.distance < a.distance ? b : a));
    expect(nearest).not.toBe(rows.at(-1));
    expect(await session.latent()).toEqual(nearest.ws);
    expect(session.points[0].handle).toEqual(nearest.points[0]);
    expect(result.distance).toBe(nearest.distance);
    // It goes on from there.
    const again: IterationTrace[] = [];
    await session.run({ steps: 1, trace: (row) => again.push(row) });
    expect(difference(again[0].ws, nearest.ws)).toBeLessThan(1e-5);
    await session.destroy();
  });

  it('begins anew where targets are moved', async () => {
    const session = openSession({ space: 'z', learningRate: 0, patience: 5 });
    await session.run({ steps: 4 });
    session.setPoints([{ ...points[0], target: [30, 44] }]);
    // Farther than the points ever were from the target before.
    expect((await session.run({ steps: 40 })).iterations).toBe(6);
    await session.destroy();
  });
});

describe('probes of the mask', () => {
  it('find steps that change what must stay equally, by the exact metric', async () => {
    const { height, width, zDim } = config;
    const mask = Uint8Array.from({ length: height * width }, (_, at) => (at % width < 40 ? 1 : 0));
    const dragged = draggable(generator);
    const loop = new DragLoop(dragged);
    const options = startingOptions(dragged, { space: 'z', featureBlock: 3 });
    await loop.configure(
      objectiveShape(dragged, options, { points: 1, masked: true, originKnown: true }),
    );
    await loop.spread({ ws, origin, handles: [[30, 24]] }, mask, 400);
    const spread = await loop.store.read('spread');
    loop.destroy();

    // Jacobian of the kept features by differences of z.
    const step = 1e-2;
    const cells = 32 * 32;
    const features = async (k: number, by: number): Promise<Float32Array> => {
      const z = origin.z.map((value, i) => value + (i === k ? by : 0));
      const latent = await generator.latent({ z }, mapping);
      // The other rows stay where they are.
      const moved = ws.slice();
      moved.set(latent.subarray(0, trainedRows * config.wDim));
      const tensors = await generator.evaluate(moved, { tensors: ['b32.x'] });
      return tensors.get('b32.x')?.data ?? new Float32Array();
    };
    const kept = Array.from({ length: cells }, (_, at) => at).filter((at) => at % 32 < 20);
    const columns: Float64Array[] = [];
    for (let k = 0; k < zDim; k++) {
      const [up, down] = [await features(k, step), await features(k, -step)];
      const channels = up.length / cells;
      columns.push(
        Float64Array.from({ length: channels * kept.length }, (_, i) => {
          const at = cells * Math.floor(i / kept.length) + kept[i % kept.length];
          return (up[at] - down[at]) / (2 * step);
        }),
      );
    }
    const dot = (a: Float64Array, b: Float64Array): number => {
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
      return sum;
    };
    const metric = columns.map((a) => columns.map((b) => dot(a, b)));
    const damping = (0.03 * metric.reduce((sum, row, i) => sum + row[i], 0)) / zDim;
    for (let i = 0; i < zDim; i++) metric[i][i] += damping;
    // How much a step along each of the spread's columns changes, and how much two of them have in common.
    const along = (i: number, j: number): number => {
      let sum = 0;
      for (let a = 0; a < zDim; a++)
        for (let b = 0; b < zDim; b++)
          sum += spread[a * zDim + i] * metric[a][b] * spread[b * zDim + j];
      return sum;
    };
    const changes = Array.from({ length: zDim }, (_, i) => along(i, i));
    const mean = changes.reduce((sum, value) => sum + value / zDim, 0);
    // 400 projections estimate 64 directions to about a third.
    for (const change of changes) {
      expect(change / mean).toBeGreaterThan(0.4);
      expect(change / mean).toBeLessThan(2.5);
    }
    for (const [i, j] of [
      [0, 1],
      [3, 17],
      [20, 40],
    ])
      expect(Math.abs(along(i, j)) / mean).toBeLessThan(0.6);
    const even = metric.map((row, i) => row[i]);
    expect(Math.max(...even) / Math.min(...even), 'unlike those of z itself').toBeGreaterThan(4);
  });
});
