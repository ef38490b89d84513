import { median } from '../../engine/median.ts';

/** How a run is handed to the device. The iterations do not depend on it, to the bit. */
export interface PaceOptions {
  /** Iterations that one submission holds at most; by default as many as fit its time on this adapter. */
  readonly iterationsPerSubmit?: number;
  /** Submissions that are made before the records of the first are back. With two the device never waits. */
  readonly submissionsInFlight?: number;
}

/** Time that one submission should take: the longest that a page's frame on a shared adapter waits for its turn. */
const submissionMilliseconds = 30;
const mostIterations = 16;
/** How many submissions' times the median is taken of, so that one that had to wait for other work changes nothing. */
const remembered = 5;

/** Chooses how many iterations go into a submission, from what those before it took. */
export class Pace {
  readonly submissionsInFlight: number;
  readonly #fixed: number | undefined;
  #iterations = 1;
  /** Milliseconds per iteration, of the last submissions. */
  readonly #times: number[] = [];

  constructor({ iterationsPerSubmit, submissionsInFlight = 2 }: PaceOptions = {}) {
    this.#fixed = iterationsPerSubmit;
    this.submissionsInFlight = submissionsInFlight;
  }

  get iterationsPerSubmit(): number {
    return this.#fixed ?? this.#iterations;
  }

  /** Takes note of a submission's time. A submission grows to twice the size of the one before it at most. */
  note(millisecondsPerIteration: number): void {
    this.#times.push(millisecondsPerIteration);
    if (this.#times.length > remembered) this.#times.shift();
    const fitting = Math.floor(submissionMilliseconds / median(this.#times));
    this.#iterations = Math.max(1, Math.min(fitting, 2 * this.#iterations, mostIterations));
  }
}
