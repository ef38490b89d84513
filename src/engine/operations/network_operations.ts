import { paddedChannels } from '../memory/layouts.ts';
import {
  type Count,
  cellProducts,
  cells,
  channelSums,
  convolution,
  groups,
  makes,
  makesOver,
  map,
  one,
  perCell,
  plain,
  quads,
  vector,
} from './grids.ts';
import type { Operation } from './operation.ts';

const latents =
  (flops: number): Count =>
  (s) =>
    flops * s.rows * s.samples * s.length;

/** Flops: a multiply-add for each weight of a 3×3 convolution. */
const squares: Count = (s) => 2 * 9 * s.inputs * s.outputs;

/** Operations of the mapping and the synthesis network. */
export const networkOperations = {
  normalize: {
    shader: 'normalize',
    tensors: { x: vector('samples', 'channels'), y: vector('samples', 'total') },
    outputs: ['y'],
    forward: {
      forward: makes(
        'y',
        (s) => s.samples,
        (s) => 4 * s.samples * s.channels,
      ),
    },
    backward: {
      backward: makes(
        'd_x',
        (s) => s.samples,
        (s) => 9 * s.samples * s.channels,
      ),
    },
  },
  fully_connected: {
    shader: 'fully_connected',
    tensors: {
      x: vector('samples', 'inputs'),
      weight: plain('outputs', 'inputs'),
      bias: vector('outputs'),
      y: vector('samples', 'outputs'),
    },
    outputs: ['y'],
    forward: {
      forward: makes(
        'y',
        (s) => s.samples * paddedChannels(s.outputs),
        (s) => 2 * s.samples * s.outputs * s.inputs,
      ),
    },
    backward: {
      backward: makes(
        'd_x',
        (s) => s.samples * groups(s.inputs),
        (s) => 4 * s.samples * s.outputs * s.inputs,
      ),
      backward_weight: makes(
        'd_weight',
        (s) => groups(s.outputs * s.inputs),
        (s) => 4 * s.samples * s.outputs * s.inputs,
      ),
      backward_bias: makes(
        'd_bias',
        (s) => groups(s.outputs),
        (s) => 3 * s.samples * s.outputs,
      ),
    },
  },
  fully_connected_many: {
    shader: 'fully_connected_many',
    tensors: {
      x: vector('samples', 'inputs'),
      weight: plain('outputs', 'inputs'),
      bias: vector('outputs'),
      y: vector('samples', 'outputs'),
    },
    outputs: ['y'],
    forward: {
      forward: makes(
        'y',
        (s) => groups(s.samples) * s.outputs,
        (s) => 2 * s.samples * s.outputs * s.inputs,
      ),
    },
    backward: {},
  },
  truncate: {
    shader: 'truncate',
    tensors: {
      w: vector('samples', 'length'),
      average: vector('length'),
      ws: vector('rows', 'samples', 'length'),
    },
    outputs: ['ws'],
    forward: { forward: makes('ws', (s) => groups(s.rows * s.samples * s.length), latents(2)) },
    backward: { backward: makes('d_w', (s) => groups(s.samples * s.length), latents(2)) },
  },
  demodulate: {
    shader: 'demodulate',
    tensors: {
      energy: plain('outputs', 'inputs'),
      styles: vector('samples', 'inputs'),
      demodulation: vector('samples', 'outputs'),
    },
    outputs: ['demodulation'],
    forward: {
      forward: makes(
        'demodulation',
        (s) => s.samples * paddedChannels(s.outputs),
        (s) => 3 * s.samples * s.outputs * s.inputs,
      ),
    },
    backward: {
      backward: makes(
        'd_styles',
        (s) => s.samples * paddedChannels(s.inputs),
        (s) => 5 * s.samples * s.outputs * s.inputs,
      ),
      backward_energy: makes(
        'd_energy',
        (s) => groups(s.outputs * s.inputs),
        (s) => 7 * s.samples * s.outputs * s.inputs,
      ),
    },
  },
  weight_energy: {
    shader: 'weight_energy',
    tensors: {
      weight: convolution('outputs', 'inputs', '3', '3'),
      energy: plain('total', 'inputs'),
    },
    outputs: ['energy'],
    forward: {
      forward: {
        ...makes('energy', (s) => groups(quads(s.inputs) * quads(s.outputs)), squares),
        multiplies: false,
      },
    },
    backward: {
      backward: {
        ...makes('d_weight', (s) => groups(9 * quads(s.inputs) * quads(s.outputs)), squares),
        multiplies: false,
      },
    },
  },
  to_rgb: {
    shader: 'to_rgb',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      weight: convolution('outputs', 'inputs', '1', '1'),
      bias: vector('outputs'),
      rgb: map('samples', 'outputs', 'height', 'width'),
    },
    outputs: ['rgb'],
    forward: {
      forward: makesOver('rgb', 'rgb', (s) => groups(s.samples * s.listed), cellProducts(1)),
    },
    backward: {
      backward_styles: makesOver('x', 'd_styles', channelSums('inputs'), cellProducts(1)),
      backward_x: makesOver('x', 'd_x', cells('inputs'), cellProducts(1)),
      backward_weight: makesOver('x', 'd_weight', (s) => quads(s.inputs), cellProducts(1)),
      backward_bias: makesOver('x', 'd_bias', one, perCell('outputs', 1)),
    },
  },
  upsample: {
    shader: 'upsample',
    tensors: {
      previous: map('samples', 'channels', 'height/2', 'width/2'),
      rgb: map('samples', 'channels', 'height', 'width'),
      image: map('samples', 'channels', 'height', 'width'),
    },
    outputs: ['image'],
    forward: { forward: makesOver('image', 'image', cells('channels'), perCell('channels', 14)) },
    backward: {
      backward_previous: makesOver(
        'previous',
        'd_previous',
        cells('channels'),
        perCell('channels', 40),
      ),
      backward_rgb: makesOver('rgb', 'd_rgb', cells('channels'), perCell('channels', 1)),
    },
  },
} satisfies Record<string, Operation>;
