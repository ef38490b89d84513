import { median } from '../../engine/median.ts';
import type { Drag } from './drag.ts';
import type { RunOptions, RunResult, StopReason } from './iteration.ts';
import type { Pace } from './pace.ts';
import type { Advanced, Submission } from './submission.ts';

/** What a run tells its starter, and asks of it. */
export interface RunListener {
  /** True once no further submission is to be made. */
  stopping(): boolean;
  /** True while an arrival, or another end of the way to the targets, is none of the run: it waits for other targets. */
  held(): boolean;
  /** Resolves once something else is asked for: other targets, say, or an end of the run. */
  changed(): Promise<void>;
  /** An edit has begun. */
  began(): void;
  /** Called for each iteration, in order; the device may have made some after it already. */
  advanced(what: Advanced): void;
}

/**
 * One run of a drag. A submission is made while the records of the one before it are still on their way, so that the
 * device always has something to do. It waits for them only where an edit begins or plans are made anew.
 */
export class DragRun {
  readonly #drag: Drag;
  readonly #pace: Pace;
  readonly #listener: RunListener;
  readonly #steps: number;
  readonly #traced: boolean;
  /** In the order in which they were made. */
  readonly #inFlight: Submission[] = [];
  /** The time of every iteration, in milliseconds. */
  readonly #times: number[] = [];
  #iterations = 0;
  /** Of them, those that count towards `steps`: a run that is held goes on as long as it is. */
  #counted = 0;
  #distance: number;
  #ended: StopReason | undefined;
  /** When the last records came back. */
  #last = 0;

  constructor(drag: Drag, pace: Pace, options: RunOptions, listener: RunListener) {
    this.#drag = drag;
    this.#pace = pace;
    this.#listener = listener;
    this.#steps = options.steps ?? Number.POSITIVE_INFINITY;
    this.#traced = options.trace !== undefined;
    this.#distance = drag.distance;
  }

  /**
   * @throws ShaderError, DeviceLimitError, and what the listener throws; the drag is then where the listener knows it
   */
  async toEnd(): Promise<RunResult> {
    try {
      do {
        await this.#submit();
        await this.#take();
        if (this.#ended && this.#inFlight.length === 0) await this.#wait();
      } while (this.#inFlight.length > 0 || this.#wanted > 0);
    } catch (error) {
      await Promise.allSettled(this.#inFlight.map(({ records }) => records));
      this.#drag.abandon();
      throw error;
    }
    return {
      iterations: this.#iterations,
      stopped: this.#ended ?? (this.#counted >= this.#steps ? 'steps' : 'stopped'),
      distance: this.#distance,
      millisecondsPerIteration: median(this.#times),
    };
  }

  /** How many more iterations are to be submitted. */
  get #wanted(): number {
    const { points } = this.#drag;
    if (this.#ended || this.#listener.stopping() || points.length === 0) return 0;
    if (this.#listener.held()) return Number.POSITIVE_INFINITY;
    return this.#inFlight.reduce((left, { count }) => left - count, this.#steps - this.#counted);
  }

  /** At the end of the way, waits for other targets as long as the run is held; then it goes on towards them. */
  async #wait(): Promise<void> {
    if (this.#ended === 'diverged' || !this.#listener.held()) return;
    while (this.#listener.held() && !this.#listener.stopping()) {
      if (this.#drag.outOfDate) {
        this.#ended = undefined;
        return;
      }
      await this.#listener.changed();
    }
    if (this.#ended === 'arrived') this.#drag.arrive();
  }

  /** Makes as many submissions as may be on their way at once. */
  async #submit(): Promise<void> {
    const drag = this.#drag;
    while (this.#wanted > 0 && this.#inFlight.length < this.#pace.submissionsInFlight) {
      if (this.#inFlight.length > 0 && drag.startsAnew) return;
      const { begun } = drag;
      const count = Math.min(this.#pace.iterationsPerSubmit, this.#wanted);
      this.#inFlight.push(await drag.submit(count, this.#traced));
      if (!begun) this.#listener.began();
    }
  }

  /** Waits for the oldest submission. */
  async #take(): Promise<void> {
    const submission = this.#inFlight[0];
    if (!submission) return;
    const records = await submission.records;
    this.#inFlight.shift();
    const now = performance.now();
    const milliseconds = (now - Math.max(this.#last, submission.began)) / submission.count;
    this.#last = now;
    let taken = 0;
    for (const record of records) {
      const advanced = this.#drag.take(record, submission);
      if (!advanced) break;
      taken++;
      const { iteration, ended } = advanced;
      if (!iteration.arrived) {
        this.#iterations++;
        if (!this.#listener.held()) this.#counted++;
      }
      // A drag that stalls goes back to where it was nearest.
      this.#distance = ended === 'stalled' ? this.#drag.distance : iteration.distance;
      this.#ended ??= ended;
      this.#times.push(milliseconds);
      this.#listener.advanced(advanced);
    }
    if (taken > 0) this.#pace.note(milliseconds);
  }
}
