import { paddedChannels } from '../memory/layouts.ts';
import type { EntryPoint, Sizes, TensorSpec } from './operation.ts';

/** A number that follows from a call's sizes: of workgroups, or of floating-point operations. */
export type Count = (sizes: Sizes) => number;

export const map = (...axes: string[]): TensorSpec => ({ layout: 'map', axes });
export const vector = (...axes: string[]): TensorSpec => ({ layout: 'vector', axes });
export const plain = (...axes: string[]): TensorSpec => ({ layout: 'plain', axes });
export const convolution = (...axes: string[]): TensorSpec => ({ layout: 'convolution', axes });

/** An entry point that makes tensors (`writes`: their names, separated by spaces) without a list of cells. */
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

/** Invocations in a workgroup. */
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
/** Flops of a 3×3 convolution over whole strips, as `strips` dispatches them. */
export const stripProducts: Count = (s) =>
  2 * 9 * s.samples * s.height * 4 * Math.ceil(s.width / 4) * s.inputs * s.outputs;

/** One invocation for `perInvocation` cells of the list and four channels. */
export const cells =
  (channels: string, perInvocation = 1): Count =>
  (s) =>
    groups(s.samples * Math.ceil(s.listed / perInvocation) * quads(s[channels]));
/** One invocation for one of the four parities of four blocks, and four channels. */
export const parities =
  (channels: string): Count =>
  (s) =>
    groups(4 * s.samples * Math.ceil(s.listed / 4) * quads(s[channels]));
/** Flops of a convolution with `taps` taps for each cell of the list, rounded up to whole invocations. */
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
/** One workgroup for four channels of `perGroup` cells of the list (shaders/lib/lanes.wgsl). */
export const laneSums =
  (channels: string, perGroup: number): Count =>
  (s) =>
    s.samples * Math.ceil(s.listed / perGroup) * quads(s[channels]);
/** One invocation for a split of four cells and four channels; with 1: for a split of one parity of four blocks. */
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
/** For each tap's 4×4 blocks of weights, as many lanes as lib/weight_gradients takes. */
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
