import { Emitter } from '../engine/events.ts';
import type { PixelImage } from '../engine/memory/image.ts';
import type { ImageSink } from '../engine/present.ts';
import { InputError } from '../formats/errors.ts';
import type { Draggable, Extent, LatentOrigin, PlacedLatent } from '../models/draggable.ts';
import { describeBounds, isWithin } from '../options/option.ts';
import type { DragOptions, GivenOptions } from './options.ts';
import { checkPoints, type PointPair } from './points.ts';
import { Drag } from './run/drag.ts';
import type { Iteration, RunOptions, RunResult } from './run/iteration.ts';
import { Pace, type PaceOptions } from './run/pace.ts';
import { DragRun } from './run/run.ts';
import type { DragState } from './run/submission.ts';

export type { Point, PointPair } from './points.ts';
export type {
  Iteration,
  IterationTrace,
  RunOptions,
  RunResult,
  StopReason,
} from './run/iteration.ts';
export type { DragState, EditState } from './run/submission.ts';

const wholeSteps = { least: 0, whole: true };

/** The events of a session, and what each passes to its listeners. */
export interface SessionEvents {
  /** An iteration was made. */
  iteration: Iteration;
  /** Points, mask, options, latent, or `running` changed. */
  change: undefined;
}

/**
 * The dragging of one picture: its points, mask and options, and what has become of its latent. It keeps no history: to
 * have one, keep its `state`s. Sessions on one model run side by side.
 */
export class DragSession {
  readonly #generator: Draggable;
  readonly #drag: Drag;
  readonly #events = new Emitter<SessionEvents>();
  #run: Promise<RunResult> | undefined;
  readonly #pace: Pace;
  #stopping = false;
  /** Called when something else is asked for, where a run waits for that. */
  #wake: () => void = () => {};

  /**
   * @param origin what the latent was made from, where it is known: the space `z` needs it
   * @throws InputError for a latent or an option that does not fit
   */
  constructor(
    generator: Draggable,
    ws: Float32Array,
    options: GivenOptions = {},
    { origin, ...pace }: PaceOptions & { readonly origin?: LatentOrigin } = {},
  ) {
    generator.checkLatent(ws);
    this.#generator = generator;
    this.#pace = new Pace(pace);
    this.#drag = new Drag(generator, { ws: ws.slice(), origin }, options);
  }

  /** The picture's height and width in pixels. */
  get picture(): Extent {
    return this.#generator.picture;
  }

  /** Where each handle is now, and its target. */
  get points(): readonly PointPair[] {
    return this.#drag.points;
  }

  /** A byte for each pixel, row by row, 1 = must stay. */
  get mask(): Uint8Array | null {
    return this.#drag.mask;
  }

  /** Every option's value now. */
  get options(): Readonly<DragOptions> {
    return this.#drag.options;
  }

  /** How many iterations the edit has had. */
  get iteration(): number {
    return this.#drag.edit.iterations;
  }

  /** True from the call of `run` until its promise settles. */
  get running(): boolean {
    return this.#run !== undefined;
  }

  /** @returns a function that removes the listener */
  on<Event extends keyof SessionEvents>(
    event: Event,
    listener: (value: SessionEvents[Event]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Begins a new edit if a handle is not where the edit has it now; its references are taken at its first iteration.
   * Targets alone can be moved within an edit, until it has arrived.
   * @throws InputError for a point outside the image
   */
  setPoints(points: readonly PointPair[]): void {
    checkPoints(points, this.picture);
    if (this.#drag.setPoints(points)) this.#tell();
  }

  /**
   * Where the option `keeping` is `features`, the first mask keeps the picture as it is now, until there is none.
   * @param mask height · width; what is not 0 must stay
   * @throws InputError for another size
   */
  setMask(mask: ArrayLike<number> | null): void {
    const { height, width } = this.picture;
    if (mask && mask.length !== height * width)
      throw new InputError(`the mask has ${mask.length} pixels, the image ${height} × ${width}`, {
        option: 'mask',
      });
    this.#drag.setMask(mask);
    this.#tell();
  }

  /**
   * Takes effect from the next submission on. Another space begins a new edit.
   * @throws InputError for a value that cannot be used
   */
  setOptions(options: Partial<DragOptions>): void {
    this.#drag.setOptions(options);
    this.#tell();
  }

  /**
   * One iteration. Where its loss is not finite, the last good latent is restored.
   * @throws InputError where there are no points, or it runs already; ShaderError, DeviceLimitError
   */
  async step(): Promise<Iteration> {
    const made: Iteration[] = [];
    const forget = this.on('iteration', (iteration) => made.push(iteration));
    try {
      await this.run({ steps: 1 });
    } finally {
      forget();
    }
    return made[0];
  }

  /**
   * Iterates until the points arrive, `steps` are made, or `stop`. Run again, it goes on.
   * @throws InputError where there are no points, it runs already, or `steps` is no whole number; ShaderError,
   * DeviceLimitError; DeviceLostError, after which latent and state are those that were reached
   */
  async run(options: RunOptions = {}): Promise<RunResult> {
    if (this.#run) throw new InputError('the drag runs already');
    const { steps } = options;
    if (steps !== undefined && !isWithin(steps, wholeSteps))
      throw new InputError(`${steps} is not ${describeBounds(wholeSteps)}`, { option: 'steps' });
    if (this.points.length === 0) throw new InputError('there are none', { option: 'points' });
    this.#stopping = false;
    const run = new DragRun(this.#drag, this.#pace, options, {
      stopping: () => this.#stopping,
      held: () => this.#drag.held,
      changed: () =>
        new Promise((resolve) => {
          this.#wake = resolve;
        }),
      began: () => this.#events.emit('change', undefined),
      advanced: ({ iteration, row }) => {
        this.#events.emit('iteration', iteration);
        if (row) options.trace?.(row);
      },
    });
    this.#run = run.toEnd();
    this.#events.emit('change', undefined);
    try {
      return await this.#run;
    } finally {
      this.#run = undefined;
      this.#events.emit('change', undefined);
    }
  }

  /** Ends a run after the iterations that the device already has: a fraction of a second at most. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  /**
   * Holds the run that goes on, and those to come, or lets go of them. A run that is held does not end where the points
   * arrive, come no nearer or would tear the picture, nor after its `steps`: it waits there for other targets, and goes on
   * towards them in the same edit. So a target can follow a hand. Let go, a run ends as any other.
   */
  hold(held: boolean): void {
    this.#drag.held = held;
    this.#wake();
  }

  /** Back to the initial latent, the handles to where the edit began. Ends a run. */
  async reset(): Promise<void> {
    await this.#settle();
    const { latent, initial } = this.#drag;
    if (latent.ws === initial.ws) return;
    this.#put({ ...initial, initial, points: this.#drag.startingPoints(), edit: null });
  }

  /** The latent as it is now. */
  async latent(): Promise<Float32Array> {
    return this.#drag.latent.ws.slice();
  }

  /** What the latent comes from, where it is known: after a drag of z, the z that it came to. */
  get origin(): LatentOrigin | undefined {
    return this.#drag.latent.origin;
  }

  /**
   * A new picture, with the same points. Ends a run.
   * @param origin what the latent was made from, where it is known: the space `z` needs it
   * @throws InputError for a latent that does not fit
   */
  async setLatent(ws: Float32Array, origin?: LatentOrigin): Promise<void> {
    this.#generator.checkLatent(ws);
    await this.#settle();
    const initial: PlacedLatent = { ws: ws.slice(), origin };
    this.#put({ ...initial, initial, points: this.points, edit: null });
  }

  /**
   * A snapshot that `restore` takes, on this session or another one of the same model. Its arrays are never changed.
   */
  get state(): DragState {
    return this.#drag.state;
  }

  /**
   * Puts an edit where it was on this session or on another one, such as one whose device is lost: the picture, the
   * points, what a reset goes back to, what the regularisation draws to, and the features that the handles follow. Mask
   * and options stay; Adam's moments begin at 0. Ends a run.
   * @param state its arrays must not be changed afterwards
   * @throws InputError for a latent that does not fit, a point outside the image, or an edit of other points
   */
  async restore(state: DragState): Promise<void> {
    const { ws, initial, kept, points, edit } = state;
    for (const latent of [ws, initial.ws, ...(kept ? [kept] : []), ...(edit ? [edit.ws] : [])])
      this.#generator.checkLatent(latent);
    checkPoints(points, this.picture);
    if (edit && edit.handles.length !== points.length)
      throw new InputError(
        `the edit has ${points.length} points now, and began with ${edit.handles.length}`,
        { option: 'points' },
      );
    await this.#settle();
    this.#put(state);
  }

  /**
   * The picture as it is now, read back: where features keep what is masked, with that.
   * @param ws another latent of this drag, such as a trace's
   */
  image(ws: Float32Array = this.#drag.latent.ws): Promise<PixelImage> {
    return this.#generator.image(ws, this.#drag.kept);
  }

  /** Draws the picture that `image` reads back, without a read-back; also while it runs. */
  show(sink: ImageSink): Promise<void> {
    return this.#generator.present(this.#drag.latent.ws, sink, this.#drag.kept);
  }

  /** Draws the picture as it was before any drag, as `show` draws it as it is. */
  showInitial(sink: ImageSink): Promise<void> {
    return this.#generator.present(this.#drag.initial.ws, sink);
  }

  /** Ends a run, and then frees the device's memory. */
  async destroy(): Promise<void> {
    await this.#settle();
    this.#drag.destroy();
  }

  /** Something else is asked for. */
  #tell(): void {
    this.#wake();
    this.#events.emit('change', undefined);
  }

  #put(state: DragState): void {
    this.#drag.restore(state);
    this.#events.emit('change', undefined);
  }

  /** Ends a run and waits for its end. */
  async #settle(): Promise<void> {
    this.stop();
    await this.#run?.catch(() => {});
  }
}
