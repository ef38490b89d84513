import { groups, makes, plain } from './grids.ts';
import type { Operation } from './operation.ts';

/** Operations that train a network. */
export const trainingOperations = {
  adam_weights: {
    shader: 'adam_weights',
    tensors: {
      w: plain('length'),
      d_w: plain('length'),
      first_moment: plain('length'),
      second_moment: plain('length'),
    },
    outputs: ['w', 'first_moment', 'second_moment'],
    forward: {
      forward: makes(
        'w first_moment second_moment',
        (s) => groups(s.length),
        (s) => 14 * s.length,
      ),
    },
    backward: {},
  },
} satisfies Record<string, Operation>;
