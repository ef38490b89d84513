/** How much of the newest measurement goes into the mean. */
const newest = 0.3;

/** How long an iteration takes: a running mean, so that it can be read. */
export class MeanPace {
  #mean: number | undefined;
  #since: number | undefined;
  #iterations = 0;

  /** A run begins. What it takes up to the first iteration is the kernels' compilation, and does not count. */
  start(): void {
    this.#mean = undefined;
    this.#since = undefined;
    this.#iterations = 0;
  }

  /** An iteration is done. */
  count(): void {
    this.#iterations++;
  }

  /** Milliseconds an iteration since the last call: iterations come in batches. Undefined before there is any. */
  take(): number | undefined {
    const now = performance.now();
    if (this.#since !== undefined && this.#iterations > 0) {
      const took = (now - this.#since) / this.#iterations;
      this.#mean = (1 - newest) * (this.#mean ?? took) + newest * took;
    }
    this.#since = now;
    this.#iterations = 0;
    return this.#mean;
  }
}
