import {
  cellProducts,
  cells,
  channelSums,
  convolution,
  groups,
  laneSums,
  makes,
  makesOver,
  map,
  parities,
  perCell,
  plain,
  quads,
  split,
  stripProducts,
  strips,
  sumOfParts,
  vector,
  weightBlocks,
} from './grids.ts';
import type { Operation } from './operation.ts';

/** Tensors of demodulation, noise, bias and activation, without the map that they are applied to. */
export const activation = (channels: string) => ({
  demodulation: vector('samples', channels),
  noise: plain('height', 'width'),
  bias: vector(channels),
  y: map('samples', channels, 'height', 'width'),
});

/** Tensors of a modulated convolution. */
const modulated = (output: string, height: string, widthOfOutput: string) => ({
  x: map('samples', 'inputs', 'height', 'width'),
  styles: vector('samples', 'inputs'),
  weight: convolution('outputs', 'inputs', '3', '3'),
  [output]: map('samples', 'outputs', height, widthOfOutput),
  d_modulated: map('samples', 'inputs', 'height', 'width'),
});
const modulation = {
  backward_styles: makesOver('x', 'd_styles', channelSums('inputs'), perCell('inputs', 2)),
  backward_x: makesOver('x', 'd_x', cells('inputs'), perCell('inputs', 2)),
};
/**
 * The gradient of the weights. Every kernel of a convolution has this entry point, from the same text, so that plans
 * that train a network take the same kernels as others. It goes over the cells of the input, as the input's gradient
 * does: they reach every pixel of the result that has a gradient.
 */
const trained = (over: 'x' | 'modulated') => ({
  backward_weight: makesOver(over, 'd_weight', weightBlocks, cellProducts(9)),
});

/** The convolutions, in plain form and in faster variants, and the operations that follow them in a layer. */
export const convolutionOperations = {
  conv3x3: {
    shader: 'conv3x3',
    tensors: modulated('u', 'height', 'width'),
    outputs: ['u'],
    forward: { forward: makes('u', strips('outputs'), stripProducts) },
    backward: {
      backward: makes('d_modulated', strips('inputs'), stripProducts),
      ...modulation,
      ...trained('x'),
    },
  },
  conv3x3_cells: {
    shader: 'conv3x3_cells',
    tensors: modulated('u', 'height', 'width'),
    outputs: ['u'],
    forward: { forward: makesOver('u', 'u', cells('outputs', 4), cellProducts(9, 4)) },
    backward: {
      backward: makesOver('x', 'd_modulated', cells('inputs', 4), cellProducts(9, 4)),
      ...modulation,
      ...trained('x'),
    },
  },
  modulate: {
    shader: 'modulate',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      modulated: map('samples', 'inputs', 'height', 'width'),
    },
    outputs: ['modulated'],
    forward: {
      forward: makesOver('x', 'modulated', cells('inputs'), perCell('inputs', 1)),
    },
    backward: modulation,
  },
  conv3x3_modulated: {
    shader: 'conv3x3_modulated',
    tensors: {
      modulated: map('samples', 'inputs', 'height', 'width'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      u: map('samples', 'outputs', 'height', 'width'),
    },
    outputs: ['u'],
    forward: { forward: makesOver('u', 'u', cells('outputs', 4), cellProducts(9, 4)) },
    backward: {
      backward: makesOver('modulated', 'd_modulated', cells('inputs', 4), cellProducts(9, 4)),
      ...trained('modulated'),
    },
  },
  conv3x3_split_k: {
    shader: 'conv3x3_split_k',
    tensors: {
      ...modulated('u', 'height', 'width'),
      parts: map('splits', 'outputs', 'samples', 'listed'),
      d_parts: map('splits', 'inputs', 'samples', 'listed'),
    },
    outputs: ['u'],
    forward: {
      forward_parts: makesOver('u', 'parts', split('outputs', 4), cellProducts(9, 4)),
      forward: makesOver('u', 'u', cells('outputs'), sumOfParts('outputs')),
    },
    backward: {
      backward_parts: makesOver('x', 'd_parts', split('inputs', 4), cellProducts(9, 4)),
      backward: makesOver('x', 'd_modulated', cells('inputs'), sumOfParts('inputs')),
      ...modulation,
      ...trained('x'),
    },
  },
  conv3x3_lanes: {
    shader: 'conv3x3_lanes',
    tensors: modulated('u', 'height', 'width'),
    outputs: ['u'],
    forward: { forward: makesOver('u', 'u', laneSums('outputs', 32), cellProducts(9, 8)) },
    backward: {
      backward: makesOver('x', 'd_modulated', laneSums('inputs', 32), cellProducts(9, 8)),
      ...modulation,
      ...trained('x'),
    },
  },
  conv3x3_up: {
    shader: 'conv3x3_up',
    tensors: modulated('t', '2*height+1', '2*width+1'),
    outputs: ['t'],
    forward: {
      // A strip is 2×4 pixels of t; each 2×2 pixels take nine products.
      forward: makes(
        't',
        (s) =>
          groups(s.samples * (s.height + 1) * Math.ceil((2 * s.width + 1) / 4) * quads(s.outputs)),
        (s) =>
          2 *
          9 *
          s.samples *
          (s.height + 1) *
          2 *
          Math.ceil((2 * s.width + 1) / 4) *
          s.inputs *
          s.outputs,
      ),
    },
    backward: {
      backward: makes('d_modulated', strips('inputs'), stripProducts),
      ...modulation,
      ...trained('x'),
    },
  },
  conv3x3_up_cells: {
    shader: 'conv3x3_up_cells',
    tensors: {
      ...modulated('t', '2*height+1', '2*width+1'),
      // Gives the list of t its size: it names blocks of 2×2 pixels. No such tensor is ever made.
      blocks: map('1', '1', 'height+1', 'width+1'),
    },
    outputs: ['t'],
    forward: { forward: makesOver('blocks', 't', parities('outputs'), cellProducts(9, 4)) },
    backward: {
      backward: makesOver('x', 'd_modulated', cells('inputs', 4), cellProducts(9, 4)),
      ...modulation,
      ...trained('x'),
    },
  },
  conv3x3_up_modulated: {
    shader: 'conv3x3_up_modulated',
    tensors: {
      modulated: map('samples', 'inputs', 'height', 'width'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      t: map('samples', 'outputs', '2*height+1', '2*width+1'),
      blocks: map('1', '1', 'height+1', 'width+1'),
    },
    outputs: ['t'],
    forward: { forward: makesOver('blocks', 't', parities('outputs'), cellProducts(9, 4)) },
    backward: {
      backward: makesOver('modulated', 'd_modulated', cells('inputs', 4), cellProducts(9, 4)),
      ...trained('modulated'),
    },
  },
  conv3x3_up_split_k: {
    shader: 'conv3x3_up_split_k',
    tensors: {
      ...modulated('t', '2*height+1', '2*width+1'),
      blocks: map('1', '1', 'height+1', 'width+1'),
      parts: map('4*splits', 'outputs', 'samples', 'listed'),
      d_parts: map('splits', 'inputs', 'samples', 'listed'),
    },
    outputs: ['t'],
    forward: {
      forward_parts: makesOver('blocks', 'parts', split('outputs', 1), cellProducts(9, 4)),
      forward: makesOver('blocks', 't', cells('outputs', 1 / 4), sumOfParts('outputs')),
    },
    backward: {
      backward_parts: makesOver('x', 'd_parts', split('inputs', 4), cellProducts(9, 4)),
      backward: makesOver('x', 'd_modulated', cells('inputs'), sumOfParts('inputs')),
      ...modulation,
      ...trained('x'),
    },
  },
  conv3x3_up_lanes: {
    shader: 'conv3x3_up_lanes',
    tensors: {
      ...modulated('t', '2*height+1', '2*width+1'),
      blocks: map('1', '1', 'height+1', 'width+1'),
    },
    outputs: ['t'],
    forward: { forward: makesOver('blocks', 't', laneSums('outputs', 16), cellProducts(9, 4)) },
    backward: {
      backward: makesOver('x', 'd_modulated', laneSums('inputs', 32), cellProducts(9, 8)),
      ...modulation,
      ...trained('x'),
    },
  },
  fir: {
    shader: 'fir',
    tensors: {
      t: map('samples', 'channels', 'height+1', 'width+1'),
      u: map('samples', 'total', 'height', 'width'),
    },
    outputs: ['u'],
    forward: { forward: makesOver('u', 'u', cells('channels'), perCell('channels', 40)) },
    backward: {
      backward: {
        ...makesOver('t', 'd_t', cells('channels'), perCell('channels', 40)),
        ring: true,
      },
    },
  },
  bias_act: {
    shader: 'bias_act',
    tensors: { u: map('samples', 'channels', 'height', 'width'), ...activation('channels') },
    outputs: ['y'],
    forward: { forward: makesOver('y', 'y', cells('channels'), perCell('channels', 7)) },
    backward: {
      backward: {
        ...makesOver('u', 'd_u', cells('channels'), perCell('channels', 4)),
        ring: true,
      },
      backward_demodulation: makesOver(
        'u',
        'd_demodulation',
        channelSums('channels'),
        perCell('channels', 5),
      ),
      backward_bias: makesOver('u', 'd_bias', (s) => quads(s.channels), perCell('channels', 3)),
      backward_noise: makesOver('u', 'd_noise', (s) => groups(s.listed), perCell('channels', 3)),
    },
  },
} satisfies Record<string, Operation>;
