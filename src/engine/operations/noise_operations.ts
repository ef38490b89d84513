import { type Count, groups, makes, one, plain } from './grids.ts';
import type { Operation } from './operation.ts';

const noise = plain('height', 'width');
/** Sums of each row of the map, from which a second entry point makes the sums over the map. */
const sums = plain('height', '2');

const times =
  (flops: number): Count =>
  (s) =>
    flops * s.height * s.width;
/** One invocation for each pixel. */
const pixels: Count = (s) => groups(s.height * s.width);
/** One workgroup for each row of pixels. */
const rows: Count = (s) => s.height;

/** Operations that train a network's noise. */
export const noiseOperations = {
  noise_map: {
    shader: 'noise_map',
    tensors: { noise_const: noise, noise_strength: plain('1'), noise },
    outputs: ['noise'],
    forward: { forward: makes('noise', pixels, times(1)) },
    backward: {
      backward: makes('d_noise_const', pixels, times(2)),
      backward_strength: makes('d_noise_strength', one, times(2)),
    },
  },
  noise_down: {
    shader: 'noise_down',
    tensors: { x: noise, coarse: plain('height/2', 'width/2') },
    outputs: ['coarse'],
    forward: { forward: makes('coarse', (s) => groups((s.height * s.width) / 4), times(1)) },
    backward: { backward: makes('d_x', pixels, times(2)) },
  },
  noise_correlation: {
    shader: 'noise_correlation',
    tensors: { x: noise, sums, correlations: plain('2'), losses: plain('2') },
    outputs: ['correlations', 'losses'],
    loss: true,
    forward: {
      forward_rows: makes('sums', rows, times(4)),
      forward: makes('correlations losses', one, (s) => 2 * s.height),
    },
    backward: { backward: makes('d_x', pixels, times(8)) },
  },
  normalize_noise: {
    shader: 'normalize_noise',
    tensors: { x: noise, sums },
    outputs: ['x'],
    forward: {
      forward_rows: makes('sums', rows, times(3)),
      forward: makes('x', rows, (s) => 2 * s.height * (s.width + s.height)),
    },
    backward: {},
  },
} satisfies Record<string, Operation>;
