import { DeviceLostError, type Iteration, type RunResult } from '../library/api.ts';
import type { Reconciler } from './device/reconciler.ts';
import { RunProgress } from './run_progress.ts';
import type { Command } from './state/commands.ts';
import { RunTrail } from './state/run_trail.ts';
import type { Store } from './state/store.ts';
import type { View } from './state/view.ts';

/** A pull that goes on, as the step that it is. */
interface Pull {
  readonly command: Command;
  readonly gesture: number;
}

/** The runs of the drag, one at a time: each is a step of the history, or a part of the pull that began it. */
export class Runs {
  /** Where the last run has been. */
  readonly trail = new RunTrail();
  readonly #store: Store;
  readonly #view: View;
  readonly #reconciler: Reconciler;
  readonly #progress: RunProgress;
  #run: Promise<void> = Promise.resolve();
  #going = false;
  #pull: Pull | undefined;

  constructor(store: Store, view: View, reconciler: Reconciler) {
    this.#store = store;
    this.#view = view;
    this.#reconciler = reconciler;
    this.#progress = new RunProgress(view, () => {
      store.advance();
      this.trail.add(store.document.peek());
    });
  }

  /** From a run's start until it ends by itself or is stopped; a lost device does not end it. */
  get going(): boolean {
    return this.#going;
  }

  /** Resolves once the last run has ended. */
  get ended(): Promise<void> {
    return this.#run;
  }

  /** Runs towards the targets, unless a run goes on, or there are no points. */
  begin(): void {
    const { points } = this.#store.document.peek();
    if (!this.#view.running.peek() && points.length > 0) this.#run = this.#runOnce();
  }

  /**
   * Pulls a point while a pointer holds it. All of it is one step, until the run that goes on comes to its end.
   * @returns true where the pull begins with this command, and a run is to go on
   */
  pull(command: Command): boolean {
    const began = this.#pull === undefined;
    const gesture = this.#pull?.gesture ?? this.#store.gesture;
    this.#pull = { command, gesture };
    this.#view.pulling.value = true;
    if (began) this.#view.outcome.value = undefined;
    this.#store.do(command, gesture);
    if (began) this.#hold();
    return began;
  }

  /** Lets go of what is pulled: it settles, and the run ends as any other. */
  letGo(): void {
    this.#pull = undefined;
    this.#view.pulling.value = false;
    this.#reconciler.session.hold(false);
  }

  /** Lets go of what is pulled. @returns true where the last step is the pull's, and can be undone */
  dropPull(): boolean {
    const pull = this.#pull;
    this.letGo();
    return pull !== undefined && this.#store.undoLabel.peek() === pull.command.label;
  }

  stop(): void {
    this.letGo();
    this.#going = false;
    this.#reconciler.session.stop();
  }

  /** Shows an iteration that was made. */
  count(iteration: Iteration): void {
    this.#progress.count(iteration);
  }

  /** The device is gone: what the run has come to is kept, and it can go on. */
  interrupt(): void {
    this.#reconciler.session.stop();
    this.#end();
  }

  /** There is another device: nothing waits for what ran on the one before. */
  forget(): void {
    this.#run = Promise.resolve();
  }

  /** A run that the lost device has ended is not to go on. */
  giveUp(): void {
    this.letGo();
    this.#going = false;
  }

  async #runOnce(): Promise<void> {
    const { session } = this.#reconciler;
    const { options, edit } = this.#store.document.peek();
    this.#store.beginRun((document) => this.#reconciler.advanced(document), this.#going);
    this.#hold();
    this.#going = true;
    this.#view.running.value = true;
    this.#view.split.value = false;
    if (!edit) this.#view.clearCounters();
    this.trail.begin(this.#store.document.peek());
    this.#progress.start();
    try {
      const result = await session.run({ steps: options.steps });
      if (session !== this.#reconciler.session) return;
      this.#end();
      this.#going = false;
      void this.#tell(result);
      // The run came to its end before it heard that it is held.
      if (this.#pull) this.begin();
    } catch (error) {
      if (session !== this.#reconciler.session) return;
      this.#end();
      // Work on a device that is lost fails a while before the browser says so; then the run goes on.
      this.#going = error instanceof DeviceLostError || error instanceof DOMException;
      this.#view.fail(error);
    }
  }

  /** The run that goes on, or begins, is a part of the pull that goes on. */
  #hold(): void {
    this.#reconciler.session.hold(this.#pull !== undefined);
    if (this.#pull) this.#store.joinRun(this.#pull.command, this.#pull.gesture);
  }

  /** Says what a run came to, once its picture is seen. */
  async #tell(result: RunResult): Promise<void> {
    const { points } = this.#store.document.peek();
    await this.#reconciler.showNow();
    if (!this.#view.running.peek()) this.#view.outcome.value = { ...result, points };
  }

  #end(): void {
    if (!this.#view.running.peek()) return;
    this.#progress.end();
    this.#store.endRun();
    this.trail.end(this.#store.document.peek());
    this.#view.running.value = false;
  }
}
