import type { Sizes } from '../../src/engine/operations/operation.ts';
import type { OperationName } from '../../src/engine/operations/operations.ts';
import { winogradSizes } from '../../src/engine/operations/winograd_operations.ts';
import { dragCases } from './drag_cases.ts';
import type { Random } from './random.ts';
import { type Tensors, tensor } from './twin.ts';

/** Sizes and parameters under which an operation is tried. Its inputs are normally distributed unless it says how else. */
export interface Case {
  readonly sizes: Sizes;
  /** Fields of `struct Params` that are no sizes. */
  readonly params?: Readonly<Record<string, number>>;
  /** How to draw an element of an input. */
  readonly draw?: Readonly<Record<string, (random: Random) => number>>;
  /** Tensors that hang together: inputs, what is changed in place, what the twin alone takes. */
  readonly given?: (random: Random) => Tensors;
  /**
   * Elements that a kernel is not differentiated by numerically: its loss depends on them through what its gradient
   * is stopped at, or bends too often there.
   */
  readonly withoutDifferences?: (...index: number[]) => boolean;
  /** Inputs whose gradients are left to other cases: zero, or of so many elements that differences take minutes. */
  readonly undifferentiated?: readonly string[];
}

const pictures: readonly Case[] = [
  // More than the 64 invocations of a workgroup.
  { sizes: { samples: 1, channels: 1, height: 4, width: 70 } },
  { sizes: { samples: 1, channels: 1, height: 2, width: 2 } },
  { sizes: { samples: 2, channels: 3, height: 6, width: 10 } },
  { sizes: { samples: 1, channels: 5, height: 6, width: 4 } },
  // Small, since rounding of a row's sum shows in differences by one of its values.
  { sizes: { samples: 1, channels: 2, height: 4, width: 4 } },
];

const noiseMaps: readonly Case[] = [
  { sizes: { height: 1, width: 1 } },
  { sizes: { height: 2, width: 2 } },
  { sizes: { height: 8, width: 6 } },
  // More than the 64 invocations of a workgroup, along both axes.
  { sizes: { height: 70, width: 2 } },
  { sizes: { height: 4, width: 68 } },
];

const positive = (random: Random): number => random.normal() ** 2;

const tiny = (random: Random): number => 1e-4 * random.normal();

/** Larger than any value that occurs: no clamp, as a parameter. */
export const noClamp = 3.4e38;

const activations = {
  linear: { slope: 1, gain: 1, clamp: noClamp, noise_gain: 0 },
  leaky: { slope: 0.2, gain: Math.SQRT2, clamp: noClamp, noise_gain: 0.3 },
  clamped: { slope: 0.2, gain: Math.SQRT2, clamp: 1.5, noise_gain: -0.7 },
};

const convolutions: readonly Case[] = [
  { sizes: { samples: 1, inputs: 1, outputs: 1, height: 1, width: 1 } },
  { sizes: { samples: 2, inputs: 5, outputs: 6, height: 5, width: 7 } },
  { sizes: { samples: 1, inputs: 2, outputs: 9, height: 9, width: 4 } },
  { sizes: { samples: 1, inputs: 130, outputs: 2, height: 2, width: 3 } },
  { sizes: { samples: 1, inputs: 12, outputs: 3, height: 4, width: 6 } },
];

const upsamplingConvolutions: readonly Case[] = [
  { sizes: { samples: 1, inputs: 1, outputs: 1, height: 1, width: 1 } },
  { sizes: { samples: 2, inputs: 5, outputs: 6, height: 3, width: 5 } },
  { sizes: { samples: 1, inputs: 2, outputs: 9, height: 6, width: 4 } },
  { sizes: { samples: 1, inputs: 130, outputs: 2, height: 2, width: 1 } },
  { sizes: { samples: 1, inputs: 12, outputs: 3, height: 4, width: 3 } },
];

/** With neighbouring invocations that share cells, and weights. */
const sharedBothWays = (plain: readonly Case[]): readonly Case[] =>
  [0, 1].flatMap((cells_first) => plain.map((one) => ({ ...one, params: { cells_first } })));

/** Into one part, into more than there are steps, and into parts that do not come out even. */
const split = (plain: readonly Case[]): readonly Case[] =>
  [1, 7, 64].flatMap((splits) =>
    sharedBothWays(plain.map((one) => ({ ...one, sizes: { ...one.sizes, splits } }))),
  );

/** Besides: more groups of four channels than a set has lanes, and more cells than a workgroup makes. */
const forLanes = (plain: readonly Case[], map: Sizes): readonly Case[] => [
  ...plain,
  { sizes: { samples: 1, inputs: 3, outputs: 270, height: 1, width: 2 } },
  { sizes: { samples: 2, inputs: 2, outputs: 5, ...map } },
];

const inTiles = (plain: readonly Case[]): readonly Case[] =>
  sharedBothWays(plain).map(({ sizes, params }) => ({
    sizes: winogradSizes(sizes),
    params: { ...params, first_tile: 0 },
  }));

/** Demodulation is positive: it is one over a square root. */
const activated = (plain: readonly Case[]): readonly Case[] =>
  plain.map((one) => ({
    ...one,
    draw: { ...one.draw, demodulation: (random) => 0.5 + Math.abs(random.normal()) },
  }));

/** With one activation after the other. */
const everyActivation = (plain: readonly Case[]): readonly Case[] => {
  const all = Object.values(activations);
  return activated(
    plain.map((one, i) => ({ ...one, params: { ...one.params, ...all[i % all.length] } })),
  );
};

/**
 * Shapes that are likely to go wrong: one channel, channels that are no multiple of four, maps that are no multiple
 * of a tile, odd sides, two samples, a single pixel, more than the 64 invocations of a workgroup.
 */
export const cases: Readonly<Record<OperationName, readonly Case[]>> = {
  ...dragCases,
  image_difference: pictures,
  keep_part: pictures.map((one, i) => ({
    ...one,
    // All moves, all stays, and parts of both.
    draw: { kept: (random) => [0, 1, 0.5, Math.abs(random.normal()) % 1][i % 4] },
  })),
  pyramid_down: pictures,
  // Far from zero, where absolute values bend.
  absolute_loss: pictures.map((one) => ({
    ...one,
    draw: { x: (random) => Math.sign(random.normal()) * (1 + 0.1 * Math.abs(random.normal())) },
  })),
  forward_cone: [],
  backward_cone: [],
  normalize: [
    // So small that the 1e-8 counts; without it, one channel would have a gradient of zero.
    { sizes: { samples: 1, channels: 1, total: 1 }, params: { offset: 0 }, draw: { x: tiny } },
    { sizes: { samples: 2, channels: 7, total: 12 }, params: { offset: 5 } },
    { sizes: { samples: 3, channels: 130, total: 130 }, params: { offset: 0 } },
  ],
  fully_connected_many: [
    {
      sizes: { samples: 1, inputs: 1, outputs: 1 },
      params: { weight_gain: 1, bias_gain: 1, slope: 1, gain: 1 },
    },
    // More samples than a workgroup has invocations.
    {
      sizes: { samples: 70, inputs: 67, outputs: 5 },
      params: { weight_gain: 0.01 / Math.sqrt(67), bias_gain: 0.01, slope: 0.2, gain: Math.SQRT2 },
    },
  ],
  fully_connected: [
    {
      sizes: { samples: 1, inputs: 1, outputs: 1 },
      params: { weight_gain: 1, bias_gain: 1, slope: 1, gain: 1 },
    },
    {
      sizes: { samples: 2, inputs: 67, outputs: 5 },
      params: { weight_gain: 0.01 / Math.sqrt(67), bias_gain: 0.01, slope: 0.2, gain: Math.SQRT2 },
    },
    // More workgroups than one dimension of a grid holds.
    {
      sizes: { samples: 2, inputs: 1, outputs: 40000 },
      params: { weight_gain: 1, bias_gain: 1, slope: 1, gain: 0.5 },
      undifferentiated: ['weight', 'bias'],
    },
    {
      sizes: { samples: 3, inputs: 6, outputs: 70 },
      params: { weight_gain: 1 / Math.sqrt(6), bias_gain: 1, slope: 1, gain: 1 / Math.sqrt(6) },
    },
  ],
  truncate: [
    { sizes: { rows: 1, samples: 1, length: 1 }, params: { cutoff: 1, psi: 0.5 } },
    { sizes: { rows: 10, samples: 2, length: 66 }, params: { cutoff: 4, psi: 0.7 } },
    { sizes: { rows: 3, samples: 1, length: 64 }, params: { cutoff: 0, psi: 0 } },
  ],
  demodulate: [
    { sizes: { samples: 1, inputs: 1, outputs: 1 }, draw: { energy: positive } },
    { sizes: { samples: 2, inputs: 70, outputs: 9 }, draw: { energy: positive } },
    { sizes: { samples: 1, inputs: 3, outputs: 67 }, draw: { energy: positive } },
  ],
  weight_energy: [
    { sizes: { outputs: 1, inputs: 1, total: 1 }, params: { first: 0 } },
    { sizes: { outputs: 6, inputs: 5, total: 6 }, params: { first: 0 } },
    { sizes: { outputs: 8, inputs: 70, total: 17 }, params: { first: 4 } },
    { sizes: { outputs: 3, inputs: 6, total: 11 }, params: { first: 8 } },
  ],
  conv3x3: convolutions,
  conv3x3_cells: sharedBothWays(convolutions),
  modulate: convolutions,
  conv3x3_modulated: sharedBothWays(convolutions),
  conv3x3_up: upsamplingConvolutions,
  conv3x3_up_cells: sharedBothWays(upsamplingConvolutions),
  conv3x3_up_modulated: sharedBothWays(upsamplingConvolutions),
  conv3x3_split_k: split(convolutions),
  conv3x3_up_split_k: split(upsamplingConvolutions),
  conv3x3_lanes: forLanes(convolutions, { height: 7, width: 10 }),
  conv3x3_lanes_act: everyActivation(forLanes(convolutions, { height: 7, width: 10 })),
  conv3x3_up_lanes: forLanes(upsamplingConvolutions, { height: 4, width: 6 }),
  conv3x3_lanes_layer: [],
  conv3x3_up_lanes_layer: [],
  layer_sums: [],
  fully_connected_batch: [],
  demodulate_batch: [],
  offset_row_batch: [],
  fully_connected_stack: [],
  fir: [
    { sizes: { samples: 1, channels: 1, total: 1, height: 1, width: 1 }, params: { first: 0 } },
    { sizes: { samples: 2, channels: 5, total: 5, height: 6, width: 10 }, params: { first: 0 } },
    { sizes: { samples: 1, channels: 4, total: 12, height: 5, width: 4 }, params: { first: 4 } },
    { sizes: { samples: 2, channels: 3, total: 11, height: 3, width: 4 }, params: { first: 8 } },
  ],
  bias_act: activated([
    {
      sizes: { samples: 1, channels: 1, height: 1, width: 1 },
      params: activations.linear,
      undifferentiated: ['noise'],
    },
    { sizes: { samples: 2, channels: 5, height: 6, width: 7 }, params: activations.leaky },
    { sizes: { samples: 2, channels: 6, height: 9, width: 5 }, params: activations.clamped },
  ]),
  conv3x3_cells_act: everyActivation(sharedBothWays(convolutions)),
  conv3x3_modulated_act: everyActivation(sharedBothWays(convolutions)),
  conv3x3_split_k_act: everyActivation(split(convolutions)),
  conv3x3_winograd: inTiles(convolutions),
  conv3x3_winograd_act: everyActivation(inTiles(convolutions)),
  fir_act: everyActivation([
    { sizes: { samples: 1, channels: 1, height: 1, width: 1 } },
    { sizes: { samples: 2, channels: 5, height: 6, width: 10 } },
    { sizes: { samples: 1, channels: 12, height: 5, width: 4 } },
  ]),
  to_rgb: [
    {
      sizes: { samples: 1, inputs: 1, outputs: 1, height: 1, width: 1 },
      params: { clamp: noClamp },
    },
    { sizes: { samples: 2, inputs: 6, outputs: 3, height: 5, width: 7 }, params: { clamp: 1.5 } },
    {
      sizes: { samples: 1, inputs: 13, outputs: 4, height: 9, width: 2 },
      params: { clamp: noClamp },
    },
  ],
  squared_distance: [
    { sizes: { samples: 1, channels: 1, height: 1, width: 1 }, params: { factor: 1 } },
    { sizes: { samples: 2, channels: 3, height: 6, width: 70 }, params: { factor: 0.3 } },
  ],
  adam_weights: [
    {
      sizes: { length: 131 },
      params: { learning_rate: 0.02, first_correction: 0.271, second_correction: 0.003 },
      given: (random: Random): Tensors => ({
        w: tensor([131], () => random.normal()),
        first_moment: tensor([131], () => random.normal()),
        second_moment: tensor([131], () => random.normal() ** 2),
      }),
    },
  ],
  noise_map: noiseMaps,
  noise_down: noiseMaps.filter(({ sizes }) => sizes.height % 2 === 0),
  noise_correlation: noiseMaps.map((one) => ({ ...one, params: { factor: 0.7 } })),
  normalize_noise: noiseMaps.map(({ sizes }) => ({
    sizes,
    given: (random: Random): Tensors => ({
      x: tensor([sizes.height, sizes.width], () => 0.5 + 3 * random.normal()),
    }),
  })),
  upsample: [
    { sizes: { samples: 1, channels: 1, height: 2, width: 2 } },
    { sizes: { samples: 2, channels: 3, height: 6, width: 10 } },
    { sizes: { samples: 1, channels: 5, height: 14, width: 2 } },
  ],
  broadcast_latent: [{ sizes: { length: 1 } }, { sizes: { length: 67 } }],
  offset_row: [
    { sizes: { length: 1, rows: 1 }, params: { row: 0 } },
    { sizes: { length: 67, rows: 3 }, params: { row: 2 } },
  ],
  rebase_row: [
    { sizes: { length: 1, rows: 1 }, params: { row: 0 } },
    { sizes: { length: 67, rows: 3 }, params: { row: 1 } },
  ],
};
