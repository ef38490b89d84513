import { makes, plain } from './grids.ts';
import type { Operation } from './operation.ts';

/** Operations that do the work of several calls, whose tensors lie together (graph/batches.ts). */
export const batchOperations = {
  fully_connected_batch: {
    shader: 'fully_connected_batch',
    tensors: {
      members: plain('members', '16'),
      x: plain('x_words'),
      weight: plain('weight_words'),
      bias: plain('bias_words'),
      y: plain('y_words'),
      d_y: plain('d_y_words'),
      d_x: plain('d_x_words'),
    },
    outputs: ['y'],
    forward: {
      forward: makes(
        'y',
        (s) => s.workgroups,
        (s) => 2 * s.products,
      ),
    },
    backward: {
      backward: makes(
        'd_x',
        (s) => s.workgroups,
        (s) => 4 * s.products,
      ),
    },
  },
  demodulate_batch: {
    shader: 'demodulate_batch',
    tensors: {
      members: plain('members', '16'),
      energy: plain('energy_words'),
      styles: plain('styles_words'),
      demodulation: plain('demodulation_words'),
      d_demodulation: plain('d_demodulation_words'),
      d_styles: plain('d_styles_words'),
    },
    outputs: ['demodulation'],
    forward: {
      forward: makes(
        'demodulation',
        (s) => s.workgroups,
        (s) => 3 * s.products,
      ),
    },
    backward: {
      backward: makes(
        'd_styles',
        (s) => s.workgroups,
        (s) => 5 * s.products,
      ),
    },
  },
  offset_row_batch: {
    shader: 'offset_row_batch',
    tensors: {
      members: plain('members', '16'),
      w: plain('w_words'),
      base: plain('base_words'),
      strengths: plain('strengths_words'),
      ws: plain('ws_words'),
      d_ws: plain('d_ws_words'),
      d_w: plain('d_w_words'),
    },
    outputs: ['ws'],
    forward: {
      forward: makes(
        'ws',
        (s) => s.workgroups,
        (s) => 2 * s.products,
      ),
    },
    backward: {
      backward: makes(
        'd_w',
        (s) => s.workgroups,
        (s) => 2 * s.products,
      ),
    },
  },
  fully_connected_stack: {
    shader: 'fully_connected_stack',
    tensors: {
      members: plain('members', '16'),
      weight: plain('weight_words'),
      bias: plain('bias_words'),
      values: plain('values_words'),
      d_values: plain('d_values_words'),
    },
    outputs: ['values'],
    forward: {
      forward: makes(
        'values',
        () => 1,
        (s) => 2 * s.products,
      ),
    },
    backward: {
      backward: makes(
        'd_values',
        () => 1,
        (s) => 4 * s.products,
      ),
    },
  },
  layer_sums: {
    shader: 'layer_sums',
    tensors: {
      members: plain('members', '16'),
      sums: plain('sums_words'),
      demodulation: plain('demodulation_words'),
      bias: plain('bias_words'),
      d_styles: plain('d_styles_words'),
      d_demodulation: plain('d_demodulation_words'),
    },
    outputs: [],
    forward: {},
    backward: {
      backward: {
        ...makes(
          'd_styles',
          (s) => s.workgroups,
          (s) => s.sums_words,
        ),
        writes: ['d_styles', 'd_demodulation'],
      },
    },
  },
} satisfies Record<string, Operation>;
