import { type Iteration, ShaderError } from '../../library/api.ts';
import { box } from '../dom/elements.ts';
import type { Progress } from '../state/progress.ts';
import { Pace } from './pace.ts';

/** Between two announcements of a run's progress to a screen reader. */
const announcementInterval = 4000;

/** The line under the picture: counters of the run, and what the page has to say. Nothing goes only to the console. */
export class Status {
  readonly #message = box('status');
  readonly #announcer = box('announcer');
  readonly #iteration = box('iteration');
  readonly #distance = box('distance');
  readonly #loss = box('loss');
  readonly #perIteration = box('pace');
  readonly #pace = new Pace();
  #announced = 0;
  #starting = false;

  say(message: string): void {
    this.#message.dataset.kind = 'info';
    this.#message.textContent = message;
  }

  /** Says how far something is. @param prefix before each stage of it */
  follow(prefix: string): Progress {
    return (fraction, what) => {
      const percent = fraction === undefined ? '…' : `, ${Math.floor(100 * fraction)} %`;
      this.say(`${prefix}${what}${percent}`);
    };
  }

  fail(error: unknown): void {
    console.warn(error);
    this.#message.dataset.kind = 'error';
    this.#message.textContent = describe(error);
  }

  /** Before the first iteration of an edit. */
  clear(): void {
    for (const counter of [this.#iteration, this.#distance, this.#loss, this.#perIteration])
      counter.textContent = '–';
  }

  /** A run begins: the first of all compiles the kernels of the drag, which can take a while. */
  start(): void {
    this.say('Starting…');
    this.#starting = true;
    this.#pace.start();
    this.#announced = performance.now();
  }

  /** An iteration is done; not every one is shown. */
  count(): void {
    this.#pace.count();
  }

  show(iteration: Iteration): void {
    if (this.#starting) this.say('');
    this.#starting = false;
    const done = iterationsDone(iteration);
    this.#iteration.textContent = String(done);
    this.#distance.textContent = iteration.distance.toFixed(1);
    // One that arrives makes no step, and has no loss.
    if (!iteration.arrived)
      this.#loss.textContent = (iteration.lossMotion + iteration.lossMask).toPrecision(3);
    const pace = this.#pace.take();
    this.#perIteration.textContent = pace?.toFixed(pace < 10 ? 1 : 0) ?? '–';
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
