import { type Iteration, ShaderError } from '../index.ts';
import { box } from './elements.ts';

/** Between two announcements of a run's progress to a screen reader. */
const announcementInterval = 4000;

/** The line under the picture: counters of the run, and what the page has to say. Nothing goes only to the console. */
export class Status {
  readonly #message = box('status');
  readonly #announcer = box('announcer');
  readonly #iteration = box('iteration');
  readonly #distance = box('distance');
  readonly #loss = box('loss');
  readonly #pace = box('pace');
  #announced = 0;
  #lastAt = 0;
  #perIteration = 0;

  say(message: string): void {
    this.#message.dataset.kind = 'info';
    this.#message.textContent = message;
  }

  fail(error: unknown): void {
    console.warn(error);
    this.#message.dataset.kind = 'error';
    this.#message.textContent = describe(error);
  }

  /** Before the first iteration of an edit. */
  clear(): void {
    for (const counter of [this.#iteration, this.#distance, this.#loss, this.#pace])
      counter.textContent = '–';
  }

  /** A run begins: the time to its first iteration says nothing about the pace. */
  startClock(): void {
    this.#lastAt = performance.now();
    this.#perIteration = 0;
    this.#announced = this.#lastAt;
  }

  /** The pace is a running mean, so that it can be read. */
  tick(): void {
    const now = performance.now();
    const took = now - this.#lastAt;
    this.#lastAt = now;
    this.#perIteration = this.#perIteration ? 0.9 * this.#perIteration + 0.1 * took : took;
  }

  show(iteration: Iteration): void {
    const done = iterationsDone(iteration);
    this.#iteration.textContent = String(done);
    this.#distance.textContent = iteration.distance.toFixed(1);
    this.#loss.textContent = (iteration.lossMotion + iteration.lossMask).toPrecision(3);
    this.#pace.textContent = this.#perIteration.toPrecision(this.#perIteration < 100 ? 2 : 3);
    const now = performance.now();
    if (now - this.#announced < announcementInterval) return;
    this.#announced = now;
    this.announce(`Iteration ${done}, ${iteration.distance.toFixed(1)} pixels left`);
  }

  /** Says something to a screen reader only. */
  announce(message: string): void {
    this.#announcer.textContent = message;
  }
}

/** The iteration that finds the points arrived makes no step. */
export const iterationsDone = ({ iteration, arrived }: Iteration): number =>
  arrived ? iteration : iteration + 1;

/** One line for a person. */
export function describe(error: unknown): string {
  if (error instanceof ShaderError) return `${error.message} (the last good kernel stays)`;
  return error instanceof Error ? error.message : String(error);
}
