import { beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../src/engine/graph/reversal.ts';
import { PipelineCache } from '../../../src/engine/kernels/pipelines.ts';
import { tensorShape } from '../../../src/engine/operations/operation.ts';
import { type OperationName, operationTable } from '../../../src/engine/operations/operations.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { openTestDevice } from '../../support/test_device.ts';
import { adam } from '../../twins/adam.ts';
import { relativeDifference, twinGradient } from '../../twins/finite_differences.ts';
import { latent_regularization } from '../../twins/latent_regularization.ts';
import { mask_loss } from '../../twins/mask_loss.ts';
import { motion_supervision } from '../../twins/motion_supervision.ts';
import { PlanTrial, type TrialResources } from '../../twins/plan_trial.ts';
import { point_tracking, remember } from '../../twins/point_tracking.ts';
import { Random } from '../../twins/random.ts';
import { stop_rule } from '../../twins/stop_rule.ts';
import { Tensor, type Tensors, type Twin, tensor } from '../../twins/twin.ts';

/** SPEC §7, for single operations, forward and gradient. */
const tolerance = 2e-5;
/** Words of the status (shaders/lib/status.wgsl). */
const [stoppedWord, lossMotionWord, lossMaskWord] = [0, 4, 5];

let resources: TrialResources;

beforeAll(async () => {
  const device = await openTestDevice();
  resources = { device, pipelines: new PipelineCache(device, nodeShaders) };
});

type Numbers = Readonly<Record<string, number>>;

/** A call whose tensors have their own names, but for `losses`, which each loss has. */
const call = (operation: OperationName, numbers: Numbers): Call => ({
  operation,
  label: operation,
  sizes: numbers,
  params: numbers,
  tensors: Object.fromEntries(
    Object.keys(operationTable[operation].tensors)
      .filter((name) => name !== 'losses')
      .map((name) => [name, name]),
  ),
});

const drawn = (operation: OperationName, name: string, numbers: Numbers, random: Random): Tensor =>
  tensor(tensorShape(operationTable[operation].tensors[name], numbers), () => random.normal());

const status = (stopped = 0): Tensor => tensor([8], (word) => (word === stoppedWord ? stopped : 0));

async function build(calls: Call[], wanted: string[], inputs: Tensors): Promise<PlanTrial> {
  const trial = await PlanTrial.build({ calls, wanted }, resources);
  for (const [name, { values }] of Object.entries(inputs)) trial.write(name, values);
  // Gradients are added to, as in a plan, which clears them first.
  for (const name of wanted)
    trial.write(
      `d_${name}`,
      inputs[name].values.map(() => 0),
    );
  return trial;
}

const one = tensor([1], () => 1);

/** By finite differences of a loss that is a mean over channels, one channel at a time, to save time. */
function featureGradient(twin: Twin, inputs: Tensors, numbers: Numbers): number[] {
  return Array.from({ length: numbers.channels }, (_, c) => {
    const channel = Object.entries(inputs).map(([name, whole]) => {
      const [, , height, width] = whole.shape;
      const slice = () => tensor([1, 1, height, width], (n, _, i, k) => whole.at(n, c, i, k));
      return [name, whole.shape.length === 4 ? slice() : whole];
    });
    const alone = { ...numbers, channels: 1 };
    const { values } = twinGradient(
      twin,
      Object.fromEntries(channel),
      alone,
      { loss: one },
      'features',
    );
    return [...values].map((value) => value / numbers.channels);
  }).flat();
}

const coordinates = (points: readonly (readonly number[])[]): Tensor =>
  new Tensor([points.length, 2], Float64Array.from(points.flat()));

const square = (cells: number, side: number) => ({
  ...{ height: cells, width: cells },
  ...{ image_height: side, image_width: side },
});

/** Odd sides, more channels than 64 invocations take four each, cells that do not divide them, as many cells as pixels, one channel, points in the corners. */
const maps = [
  { channels: 1, ...square(4, 8) },
  { channels: 6, ...square(5, 13) },
  { channels: 9, ...square(7, 7) },
  { channels: 260, ...square(2, 5) },
  // Taller than wide and the other way round, one row of cells.
  { channels: 5, height: 8, width: 4, image_height: 29, image_width: 14 },
  { channels: 6, height: 3, width: 10, image_height: 12, image_width: 40 },
  { channels: 2, height: 1, width: 5, image_height: 7, image_width: 11 },
];

describe.each(maps)(
  'on $channels channels of $height × $width cells, $image_height × $image_width pixels',
  (map) => {
    const last = { row: map.image_height - 1, column: map.image_width - 1 };
    const handles = [
      [0, 0],
      [last.row, last.column],
      [2, last.column - 1],
      [Math.floor(map.image_height / 2), 3],
    ];
    const targets = [
      [last.row, 2],
      [last.row - 5, last.column],
      [2, last.column],
      [0, 0],
    ];
    const positions = coordinates(handles);
    const numbers = { ...map, points: handles.length };

    it.each([1, 3, 20])('tracks points within %i pixels', async (radius) => {
      const all = { ...numbers, radius };
      const random = new Random(radius);
      const first = drawn('point_tracking', 'features', all, random);
      const { references } = remember({ features: first, positions }, all);
      const remembering = await build([call('remember', all)], [], { features: first, positions });
      remembering.run();
      const remembered = await remembering.read('references');
      expect(relativeDifference(remembered, references.values)).toBeLessThan(tolerance);
      remembering.destroy();

      const features = drawn('point_tracking', 'features', all, random);
      const inputs = { features, references, positions, status: status() };
      const trial = await build([call('point_tracking', all)], [], inputs);
      trial.run();
      const expected = point_tracking(inputs, all).positions.values;
      expect([...(await trial.read('positions'))]).toEqual([...expected]);

      trial.write('positions', positions.values);
      trial.write('status', status(1).values);
      trial.run();
      expect([...(await trial.read('positions'))]).toEqual([...positions.values]);
      trial.destroy();
    });

    it.each([1, 2, 4, 9])('pulls patches of radius %i', async (radius) => {
      const all = { ...numbers, radius, stop_distance: 2 };
      const random = new Random(radius);
      const features = drawn('motion_supervision', 'features', all, random);
      const inputs = { features, positions, targets: coordinates(targets), status: status() };
      const calls = [call('stop_rule', all), call('motion_supervision', all)];
      const trial = await build(calls, ['features'], inputs);
      trial.run();

      const rule = stop_rule(inputs, all);
      const shifts = await trial.read('shifts');
      expect(relativeDifference(shifts, rule.shifts.values)).toBeLessThan(tolerance);
      const words = await trial.read('status');
      expect(relativeDifference(words.slice(0, 4), rule.status.values.slice(0, 4))).toBeLessThan(
        tolerance,
      );

      const detached = { ...inputs, detached: features, shifts: rule.shifts };
      const { loss } = motion_supervision(detached, all);
      expect(relativeDifference([words[lossMotionWord]], loss.values)).toBeLessThan(tolerance);
      const expected = featureGradient(motion_supervision, detached, all);
      const gradient = await trial.read('d_features');
      expect(relativeDifference(gradient, expected)).toBeLessThan(tolerance);
      trial.destroy();
    });

    it('keeps what is under the mask', async () => {
      const all = { ...map, lambda: 20 };
      const random = new Random(4);
      const inputs = {
        features: drawn('mask_loss', 'features', all, random),
        first_features: drawn('mask_loss', 'first_features', all, random),
        mask: tensor([map.image_height, map.image_width], () => (random.uniform() < 0.6 ? 1 : 0)),
        status: status(),
      };
      const trial = await build([call('mask_loss', all)], ['features'], inputs);
      trial.run();
      const { loss } = mask_loss(inputs, all);
      const words = await trial.read('status');
      expect(relativeDifference([words[lossMaskWord]], loss.values)).toBeLessThan(tolerance);
      const expected = featureGradient(mask_loss, inputs, all);
      const gradient = await trial.read('d_features');
      expect(relativeDifference(gradient, expected)).toBeLessThan(tolerance);

      trial.write('first_features', inputs.features.values);
      trial.write(
        'd_features',
        inputs.features.values.map(() => 0),
      );
      trial.run();
      expect((await trial.read('status'))[lossMaskWord]).toBe(0);
      expect((await trial.read('d_features')).every((value) => value === 0)).toBe(true);
      trial.destroy();
    });
  },
);

describe('the first in row-major order', () => {
  it('is the new handle where several are equally near', async () => {
    const numbers = { points: 2, channels: 5, ...square(9, 9), radius: 3 };
    const inputs = {
      features: tensor([1, 5, 9, 9], () => 1),
      references: tensor([2, 5], () => 0),
      positions: coordinates([
        [4, 5],
        [1, 8],
      ]),
      status: status(),
    };
    const trial = await build([call('point_tracking', numbers)], [], inputs);
    trial.run();
    expect([...(await trial.read('positions'))]).toEqual([1, 2, 0, 5]);
    trial.destroy();
  });

  it('is not taken where features are no numbers: the handle stays', async () => {
    const numbers = { points: 1, channels: 3, ...square(4, 4), radius: 1 };
    const inputs = {
      features: tensor([1, 3, 4, 4], () => Number.NaN),
      references: tensor([1, 3], () => 0),
      positions: coordinates([[2, 1]]),
      status: status(),
    };
    const trial = await build([call('point_tracking', numbers)], [], inputs);
    trial.run();
    expect([...(await trial.read('positions'))]).toEqual([2, 1]);
    trial.destroy();
  });
});

describe('where nothing changes', () => {
  // Beyond the outer cells' centres the resized map is constant: there |F(q + u) − F(q)| is exactly 0, whose
  // derivative is 0 (SPEC §3.5), whatever the rounding of the interpolation.
  it('motion supervision pulls nothing', async () => {
    const numbers = { points: 1, channels: 8, ...square(4, 64), radius: 2, stop_distance: 2 };
    const inputs = {
      features: drawn('motion_supervision', 'features', numbers, new Random(9)),
      positions: coordinates([[60, 60]]),
      targets: coordinates([[56, 50]]),
      status: status(),
    };
    const calls = [call('stop_rule', numbers), call('motion_supervision', numbers)];
    const trial = await build(calls, ['features'], inputs);
    trial.run();
    expect((await trial.read('status'))[lossMotionWord]).toBe(0);
    expect((await trial.read('d_features')).every((value) => value === 0)).toBe(true);
    trial.destroy();
  });
});

describe('the stop rule', () => {
  const sides = [
    { height: 64, width: 64, stop_distance: 2, limit: 2 },
    { height: 1024, width: 1024, stop_distance: 2, limit: 4 },
    { height: 64, width: 64, stop_distance: 3, limit: 3 },
    // The larger side counts, whichever it is.
    { height: 32, width: 1024, stop_distance: 2, limit: 4 },
    { height: 1024, width: 32, stop_distance: 2, limit: 4 },
  ];
  it.each(sides)(
    'holds within $limit pixels at $height × $width',
    async ({ height, width, stop_distance, limit }) => {
      const image = { image_height: height, image_width: width };
      const map = { channels: 4, height: 4, width: 4, ...image };
      const numbers = { points: 2, ...map, radius: 2, lambda: 1, stop_distance };
      const features = drawn('motion_supervision', 'features', numbers, new Random(1));
      const [row, column] = [height / 2, width / 2];
      const away = (distance: number) =>
        coordinates([
          [row, column],
          [row + distance, column - 9],
        ]);
      const inputs = { features, positions: away(0), targets: away(limit), status: status() };
      const mask = tensor([height, width], () => 1);
      const first = drawn('mask_loss', 'first_features', numbers, new Random(2));
      const trial = await build(
        [
          call('stop_rule', numbers),
          call('motion_supervision', numbers),
          call('mask_loss', numbers),
        ],
        ['features'],
        { ...inputs, mask, first_features: first },
      );
      trial.run();
      const words = await trial.read('status');
      expect([...words.slice(0, 6)]).toEqual([1, 0, 1, limit / 2, 0, 0]);
      expect((await trial.read('d_features')).every((value) => value === 0)).toBe(true);

      trial.write('targets', away(limit + 1).values);
      trial.run();
      const going = await trial.read('status');
      expect(going[stoppedWord]).toBe(0);
      expect(going[lossMotionWord]).toBeGreaterThan(0);
      expect(going[lossMaskWord]).toBeGreaterThan(0);
      trial.destroy();
    },
  );
});

describe('latent regularisation', () => {
  it('draws a row back', async () => {
    const numbers = { values: 670, length: 67, regularization: 0.5 };
    const random = new Random(3);
    const ws = drawn('latent_regularization', 'ws', numbers, random);
    // Some values have not moved: the derivative of |0| is 0.
    const initial_ws = tensor([67], (i) => (i % 5 === 0 ? ws.at(i) : random.normal()));
    const inputs = { ws, initial_ws, status: status() };
    const trial = await build([call('latent_regularization', numbers)], ['ws'], inputs);
    trial.run();
    const expected = twinGradient(latent_regularization, inputs, numbers, { loss: one }, 'ws');
    expect(relativeDifference(await trial.read('d_ws'), expected.values)).toBeLessThan(tolerance);

    trial.write(
      'd_ws',
      ws.values.map(() => 0),
    );
    trial.write('status', status(1).values);
    trial.run();
    expect((await trial.read('d_ws')).every((value) => value === 0)).toBe(true);
    trial.destroy();
  });
});

describe('Adam', () => {
  it('steps like its twin, 60 times, then stays when stopped', async () => {
    const numbers = { rows: 6, length: 67, learning_rate: 0.02 };
    const random = new Random(5);
    const zero = tensor([6, 67], () => 0);
    let state: Tensors = {
      w: drawn('adam', 'w', numbers, random),
      first_moment: zero,
      second_moment: zero,
    };
    const trial = await build([call('adam', numbers)], [], { ...state, status: status() });
    for (let iteration = 1; iteration <= 60; iteration++) {
      // Some gradients are 0, or so small that ε counts.
      const gradient = tensor([6, 67], (_, i) => random.normal() * [0, 1e-8, 1e-3, 1][i % 4]);
      trial.write('d_w', gradient.values);
      trial.run();
      state = adam({ ...state, d_w: gradient }, { ...numbers, iteration });
    }
    for (const [name, { values }] of Object.entries(state))
      expect(relativeDifference(await trial.read(name), values)).toBeLessThan(1e-6);

    const [before, words] = [await trial.read('w'), await trial.read('status')];
    words[stoppedWord] = 1;
    trial.write('status', words);
    trial.run();
    expect(await trial.read('w')).toEqual(before);
    expect(await trial.read('status')).toEqual(words);
    trial.destroy();
  });
});
