import {
  type Count,
  cells,
  groups,
  makes,
  makesOver,
  map,
  perCell,
  plain,
  quads,
} from './grids.ts';
import type { Operation } from './operation.ts';

const picture = map('samples', 'channels', 'height', 'width');

const times =
  (flops: number): Count =>
  (s) =>
    flops * s.samples * s.channels * s.height * s.width;
/** One invocation for each pixel and four channels. */
const pixels: Count = (s) => groups(s.samples * s.height * s.width * quads(s.channels));
/** One workgroup for each row of pixels. */
const rows: Count = (s) => s.samples * s.height;

/** Operations on pictures and maps as a whole: losses on the image that a network draws, and what is kept of another. */
export const imageOperations = {
  image_difference: {
    shader: 'image_difference',
    tensors: { image: picture, target_image: picture, difference: picture },
    outputs: ['difference'],
    forward: { forward: makes('difference', pixels, times(1)) },
    backward: { backward: makes('d_image', pixels, times(1)) },
  },
  keep_part: {
    shader: 'keep_part',
    tensors: { x: picture, first: picture, kept: plain('height', 'width'), y: picture },
    outputs: ['y'],
    forward: { forward: makes('y', pixels, times(3)) },
    backward: { backward: makes('d_x', pixels, times(2)) },
  },
  pyramid_down: {
    shader: 'pyramid_down',
    tensors: { x: picture, coarse: map('samples', 'channels', 'height/2', 'width/2') },
    outputs: ['coarse'],
    forward: { forward: makesOver('coarse', 'coarse', cells('channels'), perCell('channels', 40)) },
    backward: { backward: makesOver('x', 'd_x', cells('channels'), perCell('channels', 14)) },
  },
  absolute_loss: {
    shader: 'absolute_loss',
    tensors: { x: picture, losses: plain('samples', 'height') },
    outputs: ['losses'],
    loss: true,
    forward: { forward: makes('losses', rows, times(2)) },
    backward: { backward: makes('d_x', pixels, times(2)) },
  },
  squared_distance: {
    shader: 'squared_distance',
    tensors: { image: picture, target_image: picture, losses: plain('samples', 'height') },
    outputs: ['losses'],
    loss: true,
    forward: { forward: makes('losses', rows, times(3)) },
    backward: { backward: makes('d_image', pixels, times(3)) },
  },
} satisfies Record<string, Operation>;
