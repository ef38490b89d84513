import type { PipelineCache } from '../kernels/pipelines.ts';
import type { Arena } from '../memory/arena.ts';
import type { TensorStore } from '../memory/tensors.ts';
import type { Call, EntryCall } from './reversal.ts';
import type { Variants } from './variants.ts';

/** The calls of a plan, and the gradients that it computes. */
export interface PlanRequest {
  readonly calls: readonly Call[];
  /** Tensors whose gradients the caller writes before a run; `d_<name>` is in the store. */
  readonly roots?: readonly string[];
  /** Tensors whose gradients are asked for; `d_<name>` is in the store. */
  readonly wanted?: readonly string[];
  /**
   * Calls before the others whose results an earlier run has left in the store: gradients go back through them, but they
   * are not run.
   */
  readonly standing?: readonly Call[];
  /** Calls after the backward pass (the optimiser). */
  readonly afterwards?: readonly Call[];
  /** The list, in the store, of the cells that an entry point covers; undefined for all cells. */
  readonly cells?: (entry: EntryCall) => CellList | undefined;
  /** True if results are not compared with another plan's, so that kernels may be taken that round differently. */
  readonly freeRounding?: boolean;
}

/** A tensor that lists cells of a map (shaders/lib/cells.wgsl). */
export interface CellList {
  readonly name: string;
  /** The most cells to compute that it can hold. */
  readonly computed: number;
  /** The same with the ring around them. */
  readonly covered: number;
}

/** The device, kernels and memory that a plan is built from. */
export interface PlanResources {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  /** Tensors that outlive a run: weights, latents, kept results. All others come from the arena. */
  readonly store: TensorStore;
  readonly arena: Arena;
  /** Rules to choose among kernels that compute the same; without them the operations run as they are called. */
  readonly variants?: Variants;
}
