import type { PlacedLatent } from '../../models/draggable.ts';
import type { Place } from '../device/device_drag.ts';
import type { LatentLayout } from '../device/latent_layout.ts';
import type { IterationRecord } from '../device/records.ts';
import type { PointPair } from '../points.ts';
import type { Iteration, IterationTrace, StopReason } from './iteration.ts';

/** From new points until the next ones: what the references and Adam's moments belong to. */
export interface Edit {
  /** Where its references are taken; known from its first iteration on, or from a state that was put back. */
  start?: Place;
  /** True once the device has it. */
  begun: boolean;
  iterations: number;
  arrived: boolean;
}

/** The outcome of an iteration. */
export interface Advanced {
  readonly iteration: Iteration;
  /** Its trace, if one was asked for. */
  readonly row: IterationTrace | undefined;
  /**
   * Farthest: the next latent would be too far from typical ones; this one stays. Diverged: the loss or the new w is no finite number; the last good latent is restored. Arrived: unless something
   * else has been asked for since it was submitted.
   */
  readonly ended: Extract<StopReason, 'arrived' | 'diverged' | 'farthest' | 'stalled'> | undefined;
}

/** Iterations that were handed to the device together. */
export interface Submission {
  readonly count: number;
  readonly records: Promise<IterationRecord[]>;
  /** When it was made: `performance.now()`. */
  readonly began: number;
  readonly edit: Edit;
  /** The latent layout that the trained values of its records are in. */
  readonly latent: LatentLayout;
  readonly epoch: Epoch;
}

/**
 * Submissions between which nothing was written to the device. Once one of them arrives or diverges, what comes after
 * it in the epoch does nothing.
 */
export interface Epoch {
  over: boolean;
}

/** All that a drag needs to go on somewhere, on this device or another. */
export interface DragState extends PlacedLatent {
  /** The latent that the picture had before any drag: a reset goes back to it, and the regularisation draws to it. */
  readonly initial: PlacedLatent;
  /** The latent that the masked part of the picture is kept from; without it that is `ws`. Without a mask nothing is. */
  readonly kept?: Float32Array;
  /** Where each handle is now, and its target. */
  readonly points: readonly PointPair[];
  /** The edit that `points` are in; null until its first iteration. */
  readonly edit: EditState | null;
}

/**
 * An edit, by where it began: the features that its handles follow are those of this latent at these handles, one for
 * each point, and a reset puts the handles back there.
 */
export interface EditState extends Place {
  /** How many iterations the edit has had. */
  readonly iterations: number;
  /** Every handle came to its target: other targets begin another edit. */
  readonly arrived: boolean;
}
