import type { Place } from '../device/device_drag.ts';
import type { IterationRecord } from '../device/records.ts';
import type { PointPair } from '../points.ts';
import type { Iteration, IterationTrace, StopReason } from './iteration.ts';

/** From new points until the next ones: what the references and Adam's moments belong to. */
export interface Edit {
  /** Where its references are taken; known from its first iteration on. */
  start?: Place;
  iterations: number;
  arrived: boolean;
}

/** What an iteration did, and where it started from. */
export interface Advanced {
  readonly iteration: Iteration;
  /** Where it was asked for. */
  readonly row: IterationTrace | undefined;
  /**
   * Diverged: the loss or the new w is no finite number; the last good latent is restored. Arrived: unless something else
   * has been asked for since it was submitted.
   */
  readonly ended: Extract<StopReason, 'arrived' | 'diverged'> | undefined;
}

/** Iterations that were handed to the device together. */
export interface Submission {
  readonly count: number;
  readonly records: Promise<IterationRecord[]>;
  /** When it was made: `performance.now()`. */
  readonly began: number;
  readonly edit: Edit;
  readonly stretch: Stretch;
}

/**
 * Submissions between which nothing was written to the device. Once one of them arrives or diverges, what comes after it
 * in the stretch does nothing.
 */
export interface Stretch {
  over: boolean;
}

/** What undo and redo go back to. */
export interface Snapshot {
  readonly ws: Float32Array;
  readonly points: readonly PointPair[];
}
