import { farthestFrom } from '../../drag/options.ts';
import type { Document } from './document.ts';

/** Measures P_N of a latent: how far it is from those that the model makes by itself, which are near 1. */
export type MeasurePn = (ws: Float32Array) => number;

/** How far a picture is from what its model makes by itself. */
export interface Farness {
  /** P_N of its latent: 1 is typical. */
  readonly pn: number;
  /** P_N at which a drag from here ends; undefined where nothing ends it. */
  readonly stopsAt: number | undefined;
  /** The picture is beyond what the model draws whole. */
  readonly torn: boolean;
}

/** P_N from which on most pictures of the demo model are torn or washed out: bench/README.md. */
const tearsFrom = 9;

/** @param measure of the document's model */
export function farnessOf({ ws, edit, options }: Document, measure: MeasurePn): Farness {
  const pn = measure(ws);
  const { farthest } = options;
  const stopsAt = farthest > 0 ? farthestFrom(measure(edit?.ws ?? ws), farthest) : undefined;
  return { pn, stopsAt, torn: pn > tearsFrom };
}
