import { beforeAll, describe, expect, it } from 'vitest';
import { DragLoop } from '../../src/drag/device/device_drag.ts';
import { objectiveShape } from '../../src/drag/device/objective_shape.ts';
import type { IterationRecord } from '../../src/drag/device/records.ts';
import { DragSession, type IterationTrace } from '../../src/drag/session.ts';
import { draggable } from '../../src/models/stylegan2/device/draggable.ts';
import { trainedRows } from '../../src/models/stylegan2/device/trained_rows.ts';
import { type DragFixture, readDragFixture, testGenerator } from '../support/drag_fixture.ts';
import { relativeDifference } from '../twins/finite_differences.ts';
import { PlanTrial } from '../twins/plan_trial.ts';
import { Random } from '../twins/random.ts';

// SPEC.md §7.
const lossTolerance = 1e-4;
const gradientTolerance = 2e-5;
const maskedGradientTolerance = 1e-3;
const adamTolerance = 1e-6;
const freePixels = 1;
const freeLossTolerance = 0.02;

const names = [
  'drag_tiny_1point',
  'drag_tiny_3points',
  'drag_tiny_mask_reg',
  'drag_tiny_w',
  'drag_tiny_stop',
  'drag_tiny_edges',
  'drag_mid_1point',
  'drag_mid_2points_mask',
  'drag_mid_16points',
];

/** A loop at the beginning of a fixture's drag. */
async function beginDrag(fixture: DragFixture): Promise<DragLoop> {
  const { options, handles, targets, mask, ws0 } = fixture;
  const generator = await testGenerator(fixture.network);
  const loop = new DragLoop(draggable(generator));
  const counts = { points: handles.length, masked: mask !== null };
  await loop.configure(objectiveShape(draggable(generator), options, counts));
  loop.begin({ ws: ws0, handles }, ws0);
  loop.targets = targets;
  if (mask) loop.mask = mask;
  loop.rates = options;
  return loop;
}

/** The rows that are trained: one, or six of num_ws. */
function trained(values: Float32Array, { options, wDim }: DragFixture): Float32Array {
  return values.subarray(0, (options.space === 'w' ? 1 : trainedRows) * wDim);
}

/** 0 where both are 0. */
const lossError = (actual: number, expected: number): number =>
  actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);

/** ws with every value moved within its rounding. */
function nudged(ws: Float32Array, random: Random): Float32Array {
  return ws.map((value) => value * (1 + 1e-7 * random.normal()));
}

const nudges = 24;

/**
 * The gradient's error. Where a pre-activation or a difference of features lies within rounding of its kink, the slope
 * is one or the other by chance, and so it is at a ws that differs in its last bits: the least error of several.
 */
async function gradientError(
  loop: DragLoop,
  fixture: DragFixture,
  i: number,
  record: IterationRecord,
): Promise<number> {
  const { ws, gradient } = fixture.iterations[i];
  const expected = trained(gradient, fixture);
  let error = relativeDifference(record.gradient ?? [], expected);
  const random = new Random(i);
  for (let k = 0; k < nudges && error > gradientTolerance; k++) {
    const handles = i === 0 ? fixture.handles : fixture.iterations[i - 1].points;
    loop.place({ ws: nudged(ws, random), handles });
    const [other] = await loop.run(1, true);
    error = Math.min(error, relativeDifference(other.gradient ?? [], expected));
  }
  return error;
}

describe.each(names)('%s', (name) => {
  const fixture = readDragFixture(name);
  const { options, handles, targets, mask, ws0, iterations, stoppedAt } = fixture;

  // Kernels take long to compile on a software adapter.
  beforeAll(() => testGenerator(fixture.network));

  it('is followed step by step', async () => {
    const loop = await beginDrag(fixture);
    let from = handles;
    for (const [i, expected] of iterations.entries()) {
      loop.place({ ws: expected.ws, handles: from });
      const [record] = await loop.run(1, true);
      const where = `iteration ${i}`;
      expect(record.points, where).toEqual(expected.points);
      expect(record.arrived, where).toBe(i === stoppedAt);
      expect(record.activePoints, where).toBe(expected.moved);
      expect(lossError(record.lossMotion, expected.lossMotion), where).toBeLessThan(lossTolerance);
      expect(lossError(record.lossMask, expected.lossMask), where).toBeLessThan(lossTolerance);
      if (i === stoppedAt) expect(record.gradient?.every((value) => value === 0)).toBe(true);
      else if (mask && i > 0)
        expect(
          relativeDifference(record.gradient ?? [], trained(expected.gradient, fixture)),
          where,
        ).toBeLessThan(maskedGradientTolerance);
      else
        expect(await gradientError(loop, fixture, i, record), where).toBeLessThan(
          gradientTolerance,
        );
      from = expected.points;
    }
    loop.destroy();
  });

  it('is followed by Adam on the golden gradients', async () => {
    const { engine } = await testGenerator(fixture.network);
    const rows = options.space === 'w' ? 1 : trainedRows;
    const own = ['w', 'd_w', 'first_moment', 'second_moment', 'status'];
    const trial = await PlanTrial.build(
      {
        calls: [
          {
            operation: 'adam',
            label: 'adam',
            sizes: { rows, length: fixture.wDim },
            params: { learning_rate: options.learningRate },
            tensors: Object.fromEntries(own.map((tensor) => [tensor, tensor])),
          },
        ],
      },
      engine,
    );
    const zero = new Float32Array(rows * fixture.wDim);
    for (const moment of ['first_moment', 'second_moment']) trial.write(moment, zero);
    trial.write('status', new Float32Array(8));
    trial.write('w', trained(iterations[0].ws, fixture));
    for (const [i, { ws, gradient }] of iterations.entries()) {
      const w = await trial.read('w');
      expect(relativeDifference(w, trained(ws, fixture)), `iteration ${i}`).toBeLessThan(
        adamTolerance,
      );
      trial.write('d_w', trained(gradient, fixture));
      trial.run();
    }
    trial.destroy();
  });

  it('is followed in a free run', async () => {
    const generator = await testGenerator(fixture.network);
    const session = new DragSession(draggable(generator), ws0, options);
    session.setPoints(handles.map((handle, j) => ({ handle, target: targets[j] })));
    session.setMask(mask);
    const rows: IterationTrace[] = [];
    const further = stoppedAt === undefined ? 0 : 5;
    const result = await session.run({
      steps: iterations.length + further,
      trace: (row) => rows.push(row),
    });
    expect(result.stopped).toBe(stoppedAt === undefined ? 'steps' : 'arrived');
    expect(rows).toHaveLength(iterations.length);
    for (const [i, expected] of iterations.entries()) {
      const { points, lossMotion, lossMask, ws, gradient } = rows[i];
      const apart = points.map(([row, column], j) =>
        Math.max(Math.abs(row - expected.points[j][0]), Math.abs(column - expected.points[j][1])),
      );
      const where = `iteration ${i}`;
      expect(Math.max(...apart), where).toBeLessThanOrEqual(freePixels);
      expect(lossError(lossMotion, expected.lossMotion), where).toBeLessThan(freeLossTolerance);
      expect(lossError(lossMask, expected.lossMask), where).toBeLessThan(freeLossTolerance);
      expect(gradient).toHaveLength(expected.gradient.length);
      expect(ws).toHaveLength(expected.ws.length);
    }
    expect(relativeDifference(rows[0].ws, iterations[0].ws)).toBe(0);
    expect(relativeDifference(rows[0].gradient, iterations[0].gradient)).toBeLessThan(
      gradientTolerance,
    );
    session.destroy();
  });
});
