import { paddedChannels } from '../memory/layouts.ts';
import type { EntryPoint, Sizes, TensorSpec } from './operation.ts';

/** Something that follows from a call's sizes: workgroups, floating-point operations. */
export type Count = (sizes: Sizes) => number;

export const map = (...axes: string[]): TensorSpec => ({ layout: 'map', axes });
export const vector = (...axes: string[]): TensorSpec => ({ layout: 'vector', axes });
export const plain = (...axes: string[]): TensorSpec => ({ layout: 'plain', axes });
export const convolution = (...axes: string[]): TensorSpec => ({ layout: 'convolution', axes });

/** An entry point that makes tensors, for all cells of maps as far as its own grid goes. */
export const makes = (writes: string, workgroups: Count, flops: Count): EntryPoint => ({
  writes: writes.split(' '),
  workgroups,
  flops,
});
/** An entry point that goes over a list of cells of the map `over`. */
export const makesOver = (
  over: string,
  writes: string,
  workgroups: Count,
  flops: Count,
): EntryPoint => ({
  over,
  ...makes(writes, workgroups, flops),
});

/** Invocations of a workgroup in every kernel that counts invocations. */
export const width = 64;
export const groups = (invocations: number): number => Math.ceil(invocations / width);
export const quads = (channels: number): number => paddedChannels(channels) / 4;
export const one: Count = () => 1;
export const none: Count = () => 0;

/** One invocation for four pixels of a row and four channels of a whole map. */
export const strips =
  (channels: string): Count =>
  (s) =>
    groups(s.samples * s.height * Math.ceil(s.width / 4) * quads(s[channels]));
/** Products of a convolution with `taps` taps a pixel, as `strips` dispatches them, in flops. */
export const stripProducts: Count = (s) =>
  2 * 9 * s.samples * s.height * 4 * Math.ceil(s.width / 4) * s.inputs * s.outputs;

/** One invocation for so many cells of the list and four channels. */
export const cells =
  (channels: string, perInvocation = 1): Count =>
  (s) =>
    groups(s.samples * Math.ceil(s.listed / perInvocation) * quads(s[channels]));
/** One invocation for one of the four parities of four blocks, and four channels. */
export const parities =
  (channels: string): Count =>
  (s) =>
    groups(4 * s.samples * Math.ceil(s.listed / 4) * quads(s[channels]));
/** Products with `taps` taps a cell of the list, in flops; cells come in groups. */
export const cellProducts =
  (taps: number, perInvocation = 1): Count =>
  (s) =>
    2 *
    taps *
    s.samples *
    Math.ceil(s.listed / perInvocation) *
    perInvocation *
    s.inputs *
    s.outputs;
export const perCell =
  (channels: string, flops: number): Count =>
  (s) =>
    flops * (s.samples ?? 1) * s.listed * s[channels];
/** One invocation for a split of four cells (or of a parity of four blocks, so one a block) and four channels. */
export const split =
  (channels: string, perInvocation: 1 | 4): Count =>
  (s) =>
    groups(
      s.splits * (4 / perInvocation) * s.samples * Math.ceil(s.listed / 4) * quads(s[channels]),
    );
export const sumOfParts =
  (channels: string): Count =>
  (s) =>
    s.splits * s.samples * s.listed * s[channels];
/** One 4×4 block of a tap for as many lanes as lib/weight_gradients says. */
export const weightBlocks: Count = (s) => {
  let lanes = 1;
  while (lanes < width && 16 * lanes < s.height * s.width) lanes *= 2;
  return groups(9 * quads(s.inputs) * quads(s.outputs) * lanes);
};
/** One workgroup for four channels of a sample: a sum over all cells of the list. */
export const channelSums =
  (channels: string): Count =>
  (s) =>
    s.samples * quads(s[channels]);
