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
  #lastAt: number | undefined;
  /** Milliseconds. */
  #perIteration: number | undefined;

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

  /** A run begins. The first of all compiles the kernels of the drag, so it can be a while to its first iteration. */
  start(): void {
    this.say('Starting…');
    this.#lastAt = undefined;
    this.#perIteration = undefined;
    this.#announced = performance.now();
  }

  /** An iteration is done. The pace is a running mean, so that it can be read; it begins with the second. */
  tick(): void {
    const now = performance.now();
    if (this.#lastAt === undefined) this.say('');
    else {
      const took = now - this.#lastAt;
      this.#perIteration = 0.7 * (this.#perIteration ?? took) + 0.3 * took;
    }
    this.#lastAt = now;
  }

  show(iteration: Iteration): void {
    const done = iterationsDone(iteration);
    this.#iteration.textContent = String(done);
    this.#distance.textContent = iteration.distance.toFixed(1);
    // One that arrives makes no step, and has no loss.
    if (!iteration.arrived)
      this.#loss.textContent = (iteration.lossMotion + iteration.lossMask).toPrecision(3);
    const pace = this.#perIteration;
    this.#pace.textContent = pace?.toFixed(pace < 10 ? 1 : 0) ?? '–';
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
