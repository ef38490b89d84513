import type { Iteration, RunResult } from '../library/api.ts';
import { MeanPace } from './state/mean_pace.ts';
import type { View } from './state/view.ts';

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
    this.#view.pace.value = this.#pace.take();
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

/** What a run came to, for a person. */
export function outcome({ stopped, iterations, distance }: RunResult): string {
  const after = `after ${iterations} iteration${iterations === 1 ? '' : 's'}`;
  const left = `${distance.toFixed(1)} px left`;
  switch (stopped) {
    case 'arrived':
      return `Arrived ${after}.`;
    case 'steps':
      return `Not there yet ${after}: ${left}. Press Start to go on.`;
    case 'stopped':
      return `Stopped ${after}: ${left}.`;
    case 'farthest':
      return `As far as this picture goes, ${after}: ${left}. Beyond, it would tear.`;
    case 'stalled':
      return `Comes no nearer, ${after}: ${left}. Start goes on.`;
    case 'diverged':
      return `The drag diverged ${after}, and the last good picture is back. Try a smaller learning rate.`;
  }
}
