import { activation } from './convolution_operations.ts';
import {
  cellProducts,
  cells,
  convolution,
  laneSums,
  makesOver,
  map,
  perCell,
  plain,
  quads,
  split,
  sumOfParts,
  vector,
} from './grids.ts';
import type { Operation, Sizes } from './operation.ts';

/**
 * The backward pass of a convolution and of the bias_act before it. `groups` are those of the sums that it makes; the rest
 * of its workgroups set the ring to zero, 256 groups of four channels each.
 */
const layer = (shader: string, result: string, height: string, widthOfResult: string) => ({
  shader,
  tensors: {
    x: map('samples', 'inputs', 'height', 'width'),
    styles: vector('samples', 'inputs'),
    weight: convolution('outputs', 'inputs', '3', '3'),
    [result]: map('samples', 'outputs', height, widthOfResult),
    demodulation: vector('samples', 'inputs'),
    noise: plain('height', 'width'),
    sums: map('groups', 'inputs', '3', 'samples'),
  },
  outputs: [],
  forward: {},
  backward: {
    backward: {
      ...makesOver(
        'x',
        'x',
        (s: Sizes) =>
          s.samples * (s.groups * quads(s.inputs) + Math.ceil((s.listed * quads(s.inputs)) / 256)),
        (s: Sizes) => cellProducts(9, 8)({ ...s, listed: s.computed }),
      ),
      writes: ['x', 'sums'],
      ring: true as const,
    },
  },
});

/** Operations that make the forward pass of several others in one kernel. The backward pass is theirs. */
export const fusedOperations = {
  conv3x3_cells_act: {
    shader: 'conv3x3_cells_act',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      ...activation('outputs'),
    },
    outputs: ['y'],
    forward: { forward: makesOver('y', 'y', cells('outputs', 4), cellProducts(9, 4)) },
    backward: {},
  },
  conv3x3_modulated_act: {
    shader: 'conv3x3_modulated_act',
    tensors: {
      modulated: map('samples', 'inputs', 'height', 'width'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      ...activation('outputs'),
    },
    outputs: ['y'],
    forward: { forward: makesOver('y', 'y', cells('outputs', 4), cellProducts(9, 4)) },
    backward: {},
  },
  conv3x3_split_k_act: {
    shader: 'conv3x3_split_k_act',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      parts: map('splits', 'outputs', 'samples', 'listed'),
      ...activation('outputs'),
    },
    outputs: ['y'],
    forward: {
      forward_parts: makesOver('y', 'parts', split('outputs', 4), cellProducts(9, 4)),
      forward: makesOver('y', 'y', cells('outputs'), sumOfParts('outputs')),
    },
    backward: {},
  },
  conv3x3_lanes_act: {
    shader: 'conv3x3_lanes_act',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      ...activation('outputs'),
    },
    outputs: ['y'],
    forward: { forward: makesOver('y', 'y', laneSums('outputs', 32), cellProducts(9, 8)) },
    backward: {},
  },
  conv3x3_lanes_layer: layer('conv3x3_lanes_layer', 'u', 'height', 'width'),
  conv3x3_up_lanes_layer: layer('conv3x3_up_lanes_layer', 't', '2*height+1', '2*width+1'),
  fir_act: {
    shader: 'fir_act',
    tensors: {
      t: map('samples', 'channels', 'height+1', 'width+1'),
      ...activation('channels'),
    },
    outputs: ['y'],
    forward: { forward: makesOver('y', 'y', cells('channels'), perCell('channels', 47)) },
    backward: {},
  },
} satisfies Record<string, Operation>;
