import { groups, makes, map, plain, quads } from './grids.ts';
import type { Operation } from './operation.ts';

const picture = map('samples', 'channels', 'height', 'width');

/** Rows that train a network. */
export const tuningOperations = {
  squared_distance: {
    shader: 'squared_distance',
    tensors: { image: picture, target_image: picture, losses: plain('samples', 'height') },
    outputs: ['losses'],
    loss: true,
    forward: {
      forward: makes(
        'losses',
        (s) => s.samples * s.height,
        (s) => 3 * s.samples * s.channels * s.height * s.width,
      ),
    },
    backward: {
      backward: makes(
        'd_image',
        (s) => groups(s.samples * s.height * s.width * quads(s.channels)),
        (s) => 3 * s.samples * s.channels * s.height * s.width,
      ),
    },
  },
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
