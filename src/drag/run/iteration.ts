import type { Point } from '../points.ts';

/** The outcome of an iteration. */
export interface Iteration {
  /** Counted from 0 within the edit. */
  readonly iteration: number;
  /** Where each handle is after tracking, in the order of the session's points. */
  readonly points: readonly Point[];
  /** The loss of motion supervision, summed over the points that move. */
  readonly lossMotion: number;
  /** The mask loss times λ; 0 without a mask. */
  readonly lossMask: number;
  /** From each point to its target, in pixels. */
  readonly distances: readonly number[];
  /** The mean of `distances`. */
  readonly distance: number;
  /** How many points are more than a pixel from their targets. */
  readonly activePoints: number;
  /** The stop rule held: no step was made. */
  readonly arrived: boolean;
  /** P_N of the latent after the step: 1 is typical. Undefined unless the option `farthest` bounds it. */
  readonly pn?: number;
}

/** The outcome of an iteration, with the latent that it started from and the gradient that it found. */
export interface IterationTrace extends Iteration {
  /** The latent (for StyleGAN2 num_ws · w_dim) before the step. */
  readonly ws: Float32Array;
  /** The loss's gradient with respect to the latent; in W mode to the one row that the tied rows share (w_dim). */
  readonly gradient: Float32Array;
}

/**
 * Why a run ended. `diverged`: a loss or w was no finite number, and the last good latent was restored. `farthest`: the
 * next step would have left what the network makes, as the option of that name bounds it. `stalled`: the points came no
 * nearer for as many iterations as the option `patience` says.
 */
export type StopReason = 'arrived' | 'steps' | 'stopped' | 'diverged' | 'farthest' | 'stalled';

/** How long a run goes on, and what else it tells. */
export interface RunOptions {
  /** Iterations at most; without it, the run goes on until the points arrive. */
  readonly steps?: number;
  /** Called after each iteration with its ws and gradient too, which takes a longer read-back. */
  readonly trace?: (row: IterationTrace) => void;
}

/** The outcome of a run. */
export interface RunResult {
  /** Steps made in this run. */
  readonly iterations: number;
  /** Why it ended. */
  readonly stopped: StopReason;
  /** Mean distance from the points to their targets, in pixels. */
  readonly distance: number;
  /**
   * The median over the iterations. Those of one submission share its wall time equally: from when it was made, or from
   * when the records of the one before it were back, if that was later, until its own were back.
   */
  readonly millisecondsPerIteration: number;
}
