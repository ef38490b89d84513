import { type Count, groups, makes, map, one, plain, quads, vector } from './grids.ts';
import type { Operation } from './operation.ts';

const picture = map('samples', 'channels', 'height', 'width');
const smaller = map('samples', 'channels', 'height/2', 'width/2');

/** Values of a level of the pyramid, so many times smaller than the finer one. */
const values =
  (smaller = 1): Count =>
  (s) =>
    (s.samples * s.height * s.width * s.channels) / smaller;
/** One invocation a pixel and four channels. */
const pixels =
  (smaller = 1): Count =>
  (s) =>
    groups((s.samples * s.height * s.width * quads(s.channels)) / smaller);
const times =
  (flops: number, count: Count): Count =>
  (s) =>
    flops * count(s);

/** Rows of the image loss, which inverts a photograph. */
export const imageOperations = {
  image_difference: {
    shader: 'image_difference',
    tensors: { image: picture, target_image: picture, difference: picture },
    outputs: ['difference'],
    forward: { forward: makes('difference', pixels(), values()) },
    backward: { backward: makes('d_image', pixels(), values()) },
  },
  pyramid_down: {
    shader: 'pyramid_down',
    tensors: { x: picture, coarse: smaller },
    outputs: ['coarse'],
    forward: { forward: makes('coarse', pixels(4), times(48, values(4))) },
    backward: { backward: makes('d_x', pixels(), times(13, values())) },
  },
  laplacian_loss: {
    shader: 'laplacian_loss',
    tensors: {
      x: picture,
      coarse: smaller,
      signs: picture,
      sums: plain('samples', 'height'),
      loss: vector('1'),
    },
    outputs: ['signs', 'sums', 'loss'],
    loss: true,
    forward: {
      forward: makes('signs sums', (s) => s.samples * s.height, times(15, values())),
      total: makes('loss', one, (s) => s.samples * s.height),
    },
    backward: {
      backward_x: makes('d_x', pixels(), times(2, values())),
      backward_coarse: makes('d_coarse', pixels(4), times(50, values(4))),
    },
  },
} satisfies Record<string, Operation>;
