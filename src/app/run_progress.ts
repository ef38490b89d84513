import type { Iteration } from '../library/api.ts';
import { MeanPace } from './state/mean_pace.ts';
import type { View } from './state/view.ts';

/** Milliseconds that an iteration takes from which on the picture does not follow a hand. */
const slowPace = 100;

/** Between two announcements of a run's progress to a screen reader. */
const announcementInterval = 4000;

/** What the page shows of a run: updated once a frame at most, however fast the run is. */
export class RunProgress {
  readonly #view: View;
  readonly #advance: () => void;
  readonly #pace = new MeanPace();
  #iteration: Iteration | undefined;
  #announced = 0;
  #starting = false;
  /** Until it is clear that the first iteration takes long. */
  #waiting: ReturnType<typeof setTimeout> | undefined;

  /** @param advance takes over latent and points */
  constructor(view: View, advance: () => void) {
    this.#view = view;
    this.#advance = advance;
  }

  /** A run begins: the first of all compiles the kernels of the drag, which can take a while. */
  start(): void {
    this.#view.say('Starting…');
    this.#starting = true;
    this.#pace.start();
    this.#announced = performance.now();
    this.#waiting = setTimeout(() => {
      this.#view.slow.value = true;
    }, slowPace);
  }

  /** The run has come to its end. */
  end(): void {
    this.show();
    clearTimeout(this.#waiting);
    this.#view.slow.value = false;
  }

  /** An iteration is done; not every one is shown. */
  count(iteration: Iteration): void {
    this.#pace.count();
    const asked = this.#iteration !== undefined;
    this.#iteration = iteration;
    if (!asked) requestAnimationFrame(() => this.show());
  }

  /** Shows what there is to be shown. */
  show(): void {
    const iteration = this.#iteration;
    if (!iteration) return;
    this.#iteration = undefined;
    this.#advance();
    if (this.#starting) this.#view.say('');
    this.#starting = false;
    this.#view.iteration.value = iteration;
    clearTimeout(this.#waiting);
    const pace = this.#pace.take();
    this.#view.pace.value = pace;
    if (pace !== undefined) this.#view.slow.value = pace > slowPace;
    const now = performance.now();
    if (now - this.#announced < announcementInterval) return;
    this.#announced = now;
    const left = `${iteration.distance.toFixed(1)} pixels left`;
    this.#view.announcement.value = `Iteration ${iterationsDone(iteration)}, ${left}`;
  }
}

/** The iteration that finds the points arrived makes no step. */
export const iterationsDone = ({ iteration, arrived }: Iteration): number =>
  arrived ? iteration : iteration + 1;
