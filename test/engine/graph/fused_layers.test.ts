import { describe, expect, it } from 'vitest';
import { Plan } from '../../../src/engine/graph/plan.ts';
import { type Call, gradientOf } from '../../../src/engine/graph/reversal.ts';
import type { Variants } from '../../../src/engine/graph/variants.ts';
import { Arena } from '../../../src/engine/memory/arena.ts';
import { type Precision, storedLayout } from '../../../src/engine/memory/layouts.ts';
import { TensorStore } from '../../../src/engine/memory/tensors.ts';
import { openTestEngine } from '../../support/test_device.ts';
import { bias_act } from '../../twins/bias_act.ts';
import { conv3x3 } from '../../twins/conv3x3.ts';
import { conv3x3_up } from '../../twins/conv3x3_up.ts';
import { demodulate } from '../../twins/demodulate.ts';
import { relativeDifference, twinGradient } from '../../twins/finite_differences.ts';
import { fully_connected } from '../../twins/fully_connected.ts';
import { Random } from '../../twins/random.ts';
import { Tensor, type Tensors, type Twin, tensor } from '../../twins/twin.ts';

// Two layers of a network, from rows of a latent: styles, demodulation, convolution, activation, convolution.

/** Channels of the input, between the layers, and of the result; more cells than a workgroup makes; a latent's row. */
const [C0, C1, C2] = [5, 6, 7];
const map = { samples: 1, height: 7, width: 6 };
const length = 10;
const styling = { weight_gain: 1 / Math.sqrt(length), bias_gain: 1, slope: 1, gain: 1 };
const activation = { slope: 0.2, gain: Math.SQRT2, clamp: 2.5, noise_gain: 0.3 };

/** Tensors of the store by name, those of a list in one buffer. */
const together: Readonly<Record<string, readonly [string, 'plain' | 'vector', number[]][]>> = {
  rows: [
    ['row0', 'vector', [1, length]],
    ['row1', 'vector', [1, length]],
  ],
  affines: [
    ['affine0', 'plain', [C0, length]],
    ['affine1', 'plain', [C1, length]],
  ],
  biases: [
    ['affine_bias0', 'vector', [C0]],
    ['affine_bias1', 'vector', [C1]],
  ],
  energies: [
    ['energy0', 'plain', [C1, C0]],
    ['energy1', 'plain', [C2, C1]],
  ],
  gradients: [
    ['d_row0', 'vector', [1, length]],
    ['d_row1', 'vector', [1, length]],
  ],
};

function networkCalls(up: boolean): Call[] {
  const channels = [C0, C1, C2];
  const styles = [0, 1].map(
    (layer): Call => ({
      operation: 'fully_connected',
      label: `styles ${layer}`,
      sizes: { samples: 1, inputs: length, outputs: channels[layer] },
      tensors: {
        x: `row${layer}`,
        weight: `affine${layer}`,
        bias: `affine_bias${layer}`,
        y: `styles${layer}`,
      },
      params: styling,
    }),
  );
  const demodulations = [0, 1].map(
    (layer): Call => ({
      operation: 'demodulate',
      label: `demodulate ${layer}`,
      sizes: { samples: 1, inputs: channels[layer], outputs: channels[layer + 1] },
      tensors: {
        energy: `energy${layer}`,
        styles: `styles${layer}`,
        demodulation: `demodulation${layer}`,
      },
    }),
  );
  const result = up ? 't1' : 'u1';
  return [
    styles[0],
    demodulations[0],
    {
      operation: 'conv3x3',
      label: 'convolution 0',
      sizes: { ...map, inputs: C0, outputs: C1 },
      tensors: { x: 'x0', styles: 'styles0', weight: 'weight0', u: 'u0' },
    },
    {
      operation: 'bias_act',
      label: 'bias_act 0',
      sizes: { ...map, channels: C1 },
      tensors: {
        ...{ u: 'u0', demodulation: 'demodulation0', noise: 'noise0', bias: 'bias0', y: 'x1' },
      },
      params: activation,
    },
    styles[1],
    demodulations[1],
    {
      operation: up ? 'conv3x3_up' : 'conv3x3',
      label: 'convolution 1',
      sizes: { ...map, inputs: C1, outputs: C2 },
      tensors: { x: 'x1', styles: 'styles1', weight: 'weight1', [up ? 't' : 'u']: result },
    },
    ...(up ? [] : [lastActivation]),
  ];
}

/** Makes the second demodulation count. */
const lastActivation: Call = {
  operation: 'bias_act',
  label: 'bias_act 1',
  sizes: { ...map, channels: C2 },
  tensors: { u: 'u1', demodulation: 'demodulation1', noise: 'noise0', bias: 'bias1', y: 'y1' },
  params: activation,
};

/** The same in f64. */
const networkTwin =
  (up: boolean): Twin =>
  (t): Tensors => {
    const stylesOf = (layer: number, outputs: number) =>
      fully_connected(
        { x: t[`row${layer}`], weight: t[`affine${layer}`], bias: t[`affine_bias${layer}`] },
        { samples: 1, inputs: length, outputs, ...styling },
      ).y;
    const styles = [stylesOf(0, C0), stylesOf(1, C1)];
    const demodulationOf = (layer: number, inputs: number, outputs: number) =>
      demodulate(
        { energy: t[`energy${layer}`], styles: styles[layer] },
        { samples: 1, inputs, outputs },
      ).demodulation;
    const { u } = conv3x3(
      { x: t.x0, styles: styles[0], weight: t.weight0 },
      { ...map, inputs: C0, outputs: C1 },
    );
    const { y: x } = bias_act(
      { u, demodulation: demodulationOf(0, C0, C1), noise: t.noise0, bias: t.bias0 },
      { ...map, channels: C1, ...activation },
    );
    const convolution = up ? conv3x3_up : conv3x3;
    const result = convolution(
      { x, styles: styles[1], weight: t.weight1 },
      { ...map, inputs: C1, outputs: C2 },
    );
    if (up) return { t1: result.t };
    const demodulation = demodulationOf(1, C1, C2);
    const { y } = bias_act(
      { u: result.u, demodulation, noise: t.noise0, bias: t.bias1 },
      { ...map, channels: C2, ...activation },
    );
    return { y1: y };
  };

const random = new Random(5);
const drawn = (shape: number[], value = () => random.normal()): Tensor => {
  const { values } = tensor(shape, value);
  return new Tensor(shape, values.map(Math.fround));
};
/** Numbers that f16 holds exactly. */
const half = (): number => Math.round(256 * random.normal()) / 256;
const inputs: Tensors = {
  row0: drawn([1, length]),
  row1: drawn([1, length]),
  affine0: drawn([C0, length]),
  affine1: drawn([C1, length]),
  affine_bias0: drawn([C0]),
  affine_bias1: drawn([C1]),
  energy0: drawn([C1, C0], () => 9 * random.normal() ** 2),
  energy1: drawn([C2, C1], () => 9 * random.normal() ** 2),
  x0: drawn([1, C0, map.height, map.width]),
  weight0: drawn([C1, C0, 3, 3], half),
  weight1: drawn([C2, C1, 3, 3], half),
  noise0: drawn([map.height, map.width]),
  bias0: drawn([C1]),
  bias1: drawn([C2]),
};

async function gradients(
  up: boolean,
  variants: Variants | undefined,
  precision: Precision = 'f32',
) {
  const { device, pipelines } = await openTestEngine();
  const store = new TensorStore(device);
  for (const [name, parts] of Object.entries(together))
    store.createTogether(
      name,
      parts.map(([one, layout, shape]) => ({ name: one, layout, shape })),
    );
  store.create('x0', 'map', inputs.x0.shape);
  for (const name of ['weight0', 'weight1'])
    store.create(name, storedLayout('convolution', precision), inputs[name].shape);
  store.create('noise0', 'plain', inputs.noise0.shape);
  for (const name of ['bias0', 'bias1']) store.create(name, 'vector', inputs[name].shape);
  for (const [name, { values }] of Object.entries(inputs)) store.write(name, values);
  const root = up ? 't1' : 'y1';
  const shape = up
    ? [1, C2, 2 * map.height + 1, 2 * map.width + 1]
    : [1, C2, map.height, map.width];
  const cotangent = drawnOnce(shape);
  for (const name of [root, gradientOf(root)]) store.create(name, 'map', shape);
  store.write(gradientOf(root), cotangent.values);
  // What an earlier run left there does not count.
  for (const name of ['d_row0', 'd_row1']) store.write(name, new Float32Array(length).fill(7));
  const arena = new Arena(device);
  const plan = await Plan.build(
    { calls: networkCalls(up), roots: [root], wanted: ['row0', 'row1'] },
    { device, pipelines, store, arena, variants },
  );
  const run = async () => {
    plan.submit(device);
    return [await store.read('d_row0'), await store.read('d_row1')];
  };
  const [first, second] = [await run(), await run()];
  const operations = plan.steps.map(({ call, entry }) => `${call.operation} ${entry}`);
  plan.destroy();
  arena.destroy();
  store.destroy();
  return { first, second, operations, cotangents: { [root]: cotangent } };
}

const cotangentsByShape = new Map<string, Tensor>();
function drawnOnce(shape: number[]): Tensor {
  const known = cotangentsByShape.get(shape.join()) ?? drawn(shape);
  cotangentsByShape.set(shape.join(), known);
  return known;
}

const byLanes: Variants = {
  ...{ cellsFirst: true, invocations: 1e6, sums: 'lanes', cellsAhead: 1e9, epilogue: 'fused' },
};
const plain: Variants = { cellsFirst: false, invocations: 0, cellsAhead: 1e9, epilogue: 'apart' };

describe.each([
  { name: 'convolutions', up: false },
  { name: 'a convolution and one that up-samples', up: true },
])('two layers of $name', ({ up }) => {
  it('have the gradients of finite differences, by fused kernels and by plain ones', async () => {
    const fused = await gradients(up, byLanes);
    const apart = await gradients(up, plain);
    for (const [row, name] of ['row0', 'row1'].entries()) {
      const { values } = twinGradient(networkTwin(up), inputs, {}, fused.cotangents, name);
      expect(relativeDifference(fused.first[row], values)).toBeLessThan(2e-5);
      expect(relativeDifference(apart.first[row], values)).toBeLessThan(2e-5);
    }
  });

  it('have them with weights in f16 as well', async () => {
    const { first, cotangents } = await gradients(up, byLanes, 'f16');
    for (const [row, name] of ['row0', 'row1'].entries()) {
      const { values } = twinGradient(networkTwin(up), inputs, {}, cotangents, name);
      expect(relativeDifference(first[row], values)).toBeLessThan(2e-5);
    }
  });

  it('are one kernel where they meet, and small ones for all layers', async () => {
    const { operations } = await gradients(up, byLanes);
    expect(operations).toEqual([
      'fully_connected_batch forward',
      'demodulate_batch forward',
      'conv3x3_lanes_act forward',
      ...(up
        ? ['conv3x3_up_lanes forward']
        : ['conv3x3_lanes_act forward', 'bias_act backward', 'bias_act backward_demodulation']),
      up ? 'conv3x3_up_lanes_layer backward' : 'conv3x3_lanes_layer backward',
      'conv3x3_lanes backward',
      'conv3x3_lanes backward_styles',
      'layer_sums backward',
      up ? 'demodulate backward' : 'demodulate_batch backward',
      'fully_connected_batch backward',
    ]);
  });

  it('give the same bits twice', async () => {
    const { first, second } = await gradients(up, byLanes);
    expect(second).toEqual(first);
  });
});
