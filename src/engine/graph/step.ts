import type { Kernel } from '../kernels/pipelines.ts';
import type { EntryCall } from './reversal.ts';
import type { Work } from './work.ts';

/** A tensor as a dispatch binds it: a part of a buffer. */
export interface BoundTensor {
  /** The shader's variable. */
  readonly variable: string;
  /** The plan's tensor. */
  readonly tensor: string;
  /**
   * The tensor whose memory it is: itself, or the larger one that it is a part of. Tensors of different memories may
   * share a buffer one after the other.
   */
  readonly memory: string;
  readonly binding: number;
  readonly buffer: GPUBuffer;
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
  /** True if the kernel may write to it. */
  readonly writable: boolean;
}

/** One dispatch, and its work for as many cells as its list can hold. */
export interface Step extends EntryCall, Work {
  readonly label: string;
  readonly kernel: Kernel;
  /** All that it binds but its parameters. */
  readonly bound: readonly BoundTensor[];
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number];
  /** Name of the tensor that lists its cells, where it goes over a list. */
  readonly list: string | undefined;
}

/** Most workgroups in one dimension that every adapter has. */
const maxWorkgroups = 65535;

/** Spreads a number of workgroups over two dimensions; kernels number them by `linear_workgroup` of lib/layout. */
export function spread(workgroups: number): [number, number] {
  if (workgroups <= maxWorkgroups) return [workgroups, 1];
  const rows = Math.ceil(workgroups / maxWorkgroups);
  return [Math.ceil(workgroups / rows), rows];
}
