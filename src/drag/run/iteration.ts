import type { Point } from '../points.ts';

/** What an iteration did. */
export interface Iteration {
  /** Counted from 0 within the edit. */
  readonly iteration: number;
  /** After tracking. */
  readonly points: readonly Point[];
  readonly lossMotion: number;
  /** λ included. */
  readonly lossMask: number;
  /** From each point to its target, in pixels; and their mean. */
  readonly distances: readonly number[];
  readonly distance: number;
  /** How many points are more than a pixel from their targets. */
  readonly moved: number;
  /** The stop rule held: no step was made. */
  readonly arrived: boolean;
}

export interface IterationTrace extends Iteration {
  /** The latent before the step. */
  readonly ws: Float32Array;
  /** Of all values of the latent; in W mode, w_dim: of what the tied rows share. */
  readonly gradient: Float32Array;
}

/** Why a run ended; `diverged`: a loss or w was no finite number, and the last good latent was restored. */
export type StopReason = 'arrived' | 'steps' | 'stopped' | 'diverged';

export interface RunOptions {
  /** At most; until it arrives where there is no number. */
  readonly steps?: number;
  /** Also gets ws and gradient of every iteration, which takes a longer read-back. */
  readonly trace?: (row: IterationTrace) => void;
}

export interface RunResult {
  /** Steps made. */
  readonly iterations: number;
  readonly stopped: StopReason;
  /** Mean distance from the points to their targets, in pixels. */
  readonly distance: number;
  /**
   * The median over the iterations. Those of one submission share its wall time equally: from when it was made, or from
   * when the records of the one before it were back, if that was later, until its own were back.
   */
  readonly millisecondsPerIteration: number;
}
