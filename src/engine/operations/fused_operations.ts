import { activation } from './convolution_operations.ts';
import {
  cellProducts,
  cells,
  convolution,
  makesOver,
  map,
  perCell,
  split,
  sumOfParts,
  vector,
} from './grids.ts';
import type { Operation } from './operation.ts';

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
