import { groups, makes, one, plain, vector } from './grids.ts';
import type { Operation } from './operation.ts';

const status = plain('8');

/** Operations that move a latent: its coordinates, what draws it back, and the optimiser. */
export const latentOperations = {
  broadcast_latent: {
    shader: 'broadcast_latent',
    tensors: { w: plain('length'), ws: plain('length') },
    outputs: ['ws'],
    forward: {
      forward: makes(
        'ws',
        (s) => groups(s.length),
        () => 0,
      ),
    },
    backward: {
      backward: makes(
        'd_w',
        (s) => groups(s.length),
        (s) => s.length,
      ),
    },
  },
  offset_row: {
    shader: 'offset_row',
    tensors: {
      w: plain('length'),
      base: plain('length'),
      strengths: plain('rows'),
      ws: plain('length'),
    },
    outputs: ['ws'],
    forward: {
      forward: makes(
        'ws',
        (s) => groups(s.length),
        (s) => 2 * s.length,
      ),
    },
    backward: {
      backward: makes(
        'd_w',
        (s) => groups(s.length),
        (s) => 2 * s.length,
      ),
    },
  },
  rebase_row: {
    shader: 'rebase_row',
    tensors: {
      w: plain('length'),
      base: plain('length'),
      strengths: plain('rows'),
      ws: plain('length'),
    },
    outputs: ['base'],
    forward: {
      forward: makes(
        'base',
        (s) => groups(s.length),
        (s) => 2 * s.length,
      ),
    },
    backward: {},
  },
  latent_regularization: {
    shader: 'latent_regularization',
    tensors: { ws: plain('length'), initial_ws: plain('length'), status },
    outputs: [],
    loss: true,
    forward: {},
    backward: {
      backward: makes(
        'd_ws',
        (s) => groups(s.length),
        (s) => 3 * s.length,
      ),
    },
  },
  adam: {
    shader: 'adam',
    tensors: {
      w: vector('rows', 'length'),
      d_w: vector('rows', 'length'),
      first_moment: vector('rows', 'length'),
      second_moment: vector('rows', 'length'),
      status,
    },
    outputs: ['w', 'first_moment', 'second_moment', 'status'],
    forward: {
      count: makes('status', one, () => 6),
      forward: makes(
        'w first_moment second_moment',
        (s) => groups(s.rows * s.length),
        (s) => 12 * s.rows * s.length,
      ),
    },
    backward: {},
  },
  adam_together: {
    shader: 'adam_together',
    tensors: {
      w: plain('length'),
      d_w: plain('length'),
      first_moment: plain('length'),
      second_moment: plain('1'),
      status,
    },
    outputs: ['w', 'first_moment', 'second_moment', 'status'],
    forward: {
      count: makes('status', one, () => 6),
      forward: makes('w first_moment second_moment', one, (s) => 10 * s.length),
    },
    backward: {},
  },
} satisfies Record<string, Operation>;
