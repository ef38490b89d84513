import type { Draggable, PlacedLatent } from '../../models/draggable.ts';
import { farthestFrom } from '../options.ts';
import type { Point } from '../points.ts';

/** Pixels that a mean distance has to shrink by to count as nearer. */
const nearer = 0.5;

/** Where a drag stood. */
export interface Standing {
  readonly latent: PlacedLatent;
  /** Where each handle was tracked to in that latent's picture. */
  readonly handles: readonly Point[];
}

/** What ends a drag before its points arrive: the next picture would tear, or the points come no nearer. */
export class Limits {
  /** P_N of a latent; undefined while no option bounds it. */
  #measure: ((ws: Float32Array) => number) | undefined;
  /** What P_N may come to. */
  #farthest = Number.POSITIVE_INFINITY;
  /** The shortest mean distance to the targets that counted, in pixels, and how many iterations have passed since. */
  #nearest = Number.POSITIVE_INFINITY;
  #since = 0;
  /** Where the points were nearest. */
  #best: { readonly distance: number; readonly standing: Standing } | undefined;

  /**
   * Sets how far from typical the drag may go.
   * @param start the latent where its edit begins, which may be half as far again
   * @param farthest the option; 0: anywhere
   */
  async bound(
    generator: Pick<Draggable, 'typicality'>,
    start: Float32Array,
    farthest: number,
  ): Promise<void> {
    const measure = farthest > 0 ? await generator.typicality?.() : undefined;
    this.#measure = measure && ((ws) => measure(ws).pn);
    this.#farthest = measure ? farthestFrom(measure(start).pn, farthest) : farthest;
  }

  /** P_N of a latent; undefined while nothing bounds it. */
  pn(ws: Float32Array): number | undefined {
    return this.#measure?.(ws);
  }

  /** True if a latent with this P_N is too far from typical. */
  forbids(pn: number | undefined): boolean {
    return pn !== undefined && pn > this.#farthest;
  }

  /** Other targets: how near the points came to those before says nothing. */
  forget(): void {
    this.#nearest = Number.POSITIVE_INFINITY;
    this.#since = 0;
    this.#best = undefined;
  }

  /**
   * Takes note of an iteration.
   * @param distance the mean distance from the points to their targets, in pixels
   * @param patience the option; 0: it goes on
   * @param standing where the drag was at the time
   * @returns once the points have come no nearer for so long, where they were nearest; then it begins anew
   */
  stalls(distance: number, patience: number, standing: Standing): Standing | undefined {
    if (distance < (this.#best?.distance ?? Number.POSITIVE_INFINITY))
      this.#best = { distance, standing };
    if (distance < this.#nearest - nearer) {
      this.#nearest = distance;
      this.#since = 0;
    } else {
      this.#since++;
    }
    if (patience === 0 || this.#since < patience) return undefined;
    this.#since = 0;
    return this.#best?.standing ?? standing;
  }
}
