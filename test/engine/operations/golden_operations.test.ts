import { beforeAll, describe, expect, it } from 'vitest';
import { type Call, gradientOf } from '../../../src/engine/graph/reversal.ts';
import { withVariants } from '../../../src/engine/graph/variant_calls.ts';
import type { Variants } from '../../../src/engine/graph/variants.ts';
import { PipelineCache } from '../../../src/engine/kernels/pipelines.ts';
import { operationTable } from '../../../src/engine/operations/operations.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { readFixture } from '../../support/fixture_files.ts';
import { openTestDevice } from '../../support/test_device.ts';
import { noClamp } from '../../twins/cases.ts';
import { relativeDifference, twinGradient } from '../../twins/finite_differences.ts';
import { PlanTrial, type TrialResources } from '../../twins/plan_trial.ts';
import { resized } from '../../twins/resize.ts';
import { Tensor, type Twin, tensor } from '../../twins/twin.ts';

/** SPEC §7, for single operations, forward and gradient. */
const tolerance = 2e-5;

const golden = readFixture('ops');

let resources: TrialResources;

beforeAll(async () => {
  const device = await openTestDevice();
  resources = { device, pipelines: new PipelineCache(device, nodeShaders) };
});

/** Leaves what it gets as it is, but for the demodulation. */
const noActivation = { slope: 1, gain: 1, clamp: noClamp, noise_gain: 0 };

type Values = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Runs a plan.
 * @param inputs values by the tensor's name; the cotangent of the output is `d_` + its name
 * @param expected values of the output, and of the wanted gradients (`d_x`)
 */
async function compare(
  calls: readonly Call[],
  output: string,
  inputs: Values,
  expected: Values,
): Promise<void> {
  const wanted = Object.keys(inputs).filter((name) => gradientOf(name) in expected);
  const trial = await PlanTrial.build({ calls, roots: [output], wanted }, resources);
  for (const [name, values] of Object.entries(inputs)) trial.write(name, values);
  for (const name of wanted) trial.write(gradientOf(name), new Float32Array(inputs[name].length));
  trial.run();
  for (const [name, values] of Object.entries(expected))
    expect(relativeDifference(await trial.read(name), values), name).toBeLessThan(tolerance);
  trial.destroy();
}

/** A call whose tensors have their own names, but for those that are renamed. */
const call = (
  operation: Call['operation'],
  sizes: Call['sizes'],
  params: Call['params'] = {},
  renamed: Call['tensors'] = {},
): Call => {
  const names = Object.keys(operationTable[operation].tensors);
  const own = names.filter((name) => !name.startsWith('d_')).map((name) => [name, name]);
  return {
    operation,
    label: operation,
    sizes,
    params,
    tensors: { ...Object.fromEntries(own), ...renamed },
  };
};

/** Σ W² over the 3×3 taps. */
const energyOf = (weight: Float32Array): Float32Array =>
  new Float32Array(weight.length / 9).map((_, pair) =>
    weight.subarray(9 * pair, 9 * pair + 9).reduce((sum, w) => sum + w * w, 0),
  );

const kernels: readonly (readonly [string, Variants | undefined])[] = [
  ['plain', undefined],
  ['over cells', { cellsFirst: true, invocations: 0, cellsAhead: 1e9, epilogue: 'apart' }],
  ['modulated ahead', { cellsFirst: false, invocations: 0, cellsAhead: 0, epilogue: 'apart' }],
  ['with split sums', { cellsFirst: true, invocations: 1e6, cellsAhead: 0, epilogue: 'apart' }],
  ['over cells, fused', { cellsFirst: false, invocations: 0, cellsAhead: 1e9, epilogue: 'fused' }],
  ['ahead, fused', { cellsFirst: true, invocations: 0, cellsAhead: 0, epilogue: 'fused' }],
  [
    'of tiles',
    {
      cellsFirst: true,
      invocations: 0,
      cellsAhead: 0,
      winograd: { cells: 0, channels: 0 },
      epilogue: 'apart',
    },
  ],
  [
    'of tiles, fused',
    {
      cellsFirst: false,
      invocations: 0,
      cellsAhead: 0,
      winograd: { cells: 0, channels: 0 },
      epilogue: 'fused',
    },
  ],
  ['split, fused', { cellsFirst: false, invocations: 1e6, cellsAhead: 0, epilogue: 'fused' }],
];

describe.each(kernels)('the modulated convolution, %s,', (_, variants) => {
  it.each(['k3', 'k3_b2', 'k3_up', 'k3_up_odd', 'k3_nodemod'])('%s is as golden', async (name) => {
    const values = (tensor: string) => golden.values(`modconv.${name}.${tensor}`);
    const [samples, inputs, height, width] = golden.shape(`modconv.${name}.x`);
    const [, outputs, outputHeight, outputWidth] = golden.shape(`modconv.${name}.y`);
    const sizes = { samples, inputs, outputs, height, width };
    const up = outputHeight > height;
    const demodulated = !name.endsWith('nodemod');
    const map = { samples, channels: outputs, height: outputHeight, width: outputWidth };
    const calls = [
      ...(demodulated ? [call('demodulate', { samples, inputs, outputs })] : []),
      ...(up
        ? [call('conv3x3_up', sizes), call('fir', { ...map, total: outputs }, { first: 0 })]
        : [call('conv3x3', sizes)]),
      call('bias_act', map, noActivation),
    ];
    await compare(
      variants
        ? withVariants(calls, variants, () => ({
            listed: height * width,
            dense: true,
            freeRounding: true,
          }))
        : calls,
      'y',
      {
        x: values('x'),
        styles: values('styles'),
        weight: values('weight'),
        noise: new Float32Array(outputHeight * outputWidth),
        bias: new Float32Array(outputs),
        d_y: values('dy'),
        ...(demodulated
          ? { energy: energyOf(values('weight')) }
          : { demodulation: new Float32Array(samples * outputs).fill(1) }),
      },
      { y: values('y'), d_x: values('dx'), d_styles: values('dstyles') },
    );
  });
});

describe('the modulated 1×1 convolution', () => {
  it('k1_rgb is as golden', async () => {
    const values = (tensor: string) => golden.values(`modconv.k1_rgb.${tensor}`);
    const [samples, inputs, height, width] = golden.shape('modconv.k1_rgb.x');
    const [, outputs] = golden.shape('modconv.k1_rgb.y');
    await compare(
      [call('to_rgb', { samples, inputs, outputs, height, width }, { clamp: noClamp })],
      'rgb',
      {
        x: values('x'),
        styles: values('styles'),
        weight: values('weight'),
        bias: new Float32Array(outputs),
        d_rgb: values('dy'),
      },
      { rgb: values('y'), d_x: values('dx'), d_styles: values('dstyles') },
    );
  });
});

describe('bias and activation', () => {
  const lrelu = { ...noActivation, slope: 0.2, gain: Math.SQRT2 };
  it.each([
    { name: 'lrelu', params: lrelu },
    { name: 'lrelu_clamp', params: { ...lrelu, clamp: 2.5 } },
    { name: 'lrelu_gain', params: { ...lrelu, gain: 1, clamp: 1.5 } },
    { name: 'linear_clamp', params: { ...noActivation, clamp: 2 } },
  ])('$name are as golden', async ({ name, params }) => {
    const values = (tensor: string) => golden.values(`bias_act.${name}.${tensor}`);
    const [samples, channels, height, width] = golden.shape(`bias_act.${name}.x`);
    await compare(
      [call('bias_act', { samples, channels, height, width }, params)],
      'y',
      {
        u: values('x'),
        demodulation: new Float32Array(samples * channels).fill(1),
        noise: new Float32Array(height * width),
        bias: values('b'),
        d_y: values('dy'),
      },
      { y: values('y'), d_u: values('dx') },
    );
  });
});

describe('upsampling of the image', () => {
  it('is as golden', async () => {
    const values = (tensor: string) => golden.values(`upsample.${tensor}`);
    const [samples, channels, height, width] = golden.shape('upsample.y');
    await compare(
      [call('upsample', { samples, channels, height, width })],
      'image',
      {
        previous: values('x'),
        rgb: new Float32Array(samples * channels * height * width),
        d_image: values('dy'),
      },
      { image: values('y'), d_previous: values('dx'), d_rgb: values('dy') },
    );
  });
});

describe('resizing of the feature map', () => {
  const [, channels, cells] = golden.shape('resize.x');
  const [, , side] = golden.shape('resize.y');
  const x = new Tensor(golden.shape('resize.x'), Float64Array.from(golden.values('resize.x')));
  const resize: Twin = ({ features }) => {
    const value = resized(features, { image_height: side, image_width: side });
    return { y: tensor([1, channels, side, side], (_, c, row, column) => value(c, row, column)) };
  };

  it('is as golden in f64, with its gradient', () => {
    const { y } = resize({ features: x }, {});
    expect(relativeDifference(y.values, golden.values('resize.y'))).toBeLessThan(tolerance);
    const dy = new Tensor(y.shape, Float64Array.from(golden.values('resize.dy')));
    const dx = twinGradient(resize, { features: x }, {}, { y: dy }, 'features');
    expect(relativeDifference(dx.values, golden.values('resize.dx'))).toBeLessThan(tolerance);
  });

  it('is as golden where point tracking reads it, at every pixel', async () => {
    const points = side * side;
    const square = { height: cells, width: cells, image_height: side, image_width: side };
    const calls = [call('remember', { points, channels, ...square })];
    const trial = await PlanTrial.build({ calls }, resources);
    trial.write('features', x.values);
    const positions = Array.from({ length: points }, (_, pixel) => [
      Math.floor(pixel / side),
      pixel % side,
    ]);
    trial.write('positions', positions.flat());
    trial.run();
    const references = await trial.read('references');
    const pixelByPixel = tensor([channels, points], (c, pixel) => references[pixel * channels + c]);
    expect(relativeDifference(pixelByPixel.values, golden.values('resize.y'))).toBeLessThan(
      tolerance,
    );
    trial.destroy();
  });
});
