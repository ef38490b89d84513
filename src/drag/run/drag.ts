import type { Draggable, KeptPart, PlacedLatent } from '../../models/draggable.ts';
import { hasCoordinates } from '../../options/drag_options.ts';
import { DragLoop, type Place } from '../device/device_drag.ts';
import { tieLeaves } from '../device/latent_layout.ts';
import { type ObjectiveShape, objectiveShape } from '../device/objective_shape.ts';
import type { IterationRecord } from '../device/records.ts';
import { changeOptions, type DragOptions, type GivenOptions, startingOptions } from '../options.ts';
import { type Point, type PointPair, samePoint } from '../points.ts';
import type { Iteration } from './iteration.ts';
import { Limits } from './limits.ts';
import type { Advanced, DragState, Edit, Epoch, Submission } from './submission.ts';

/**
 * A drag as it stands: what is asked of it, which may change between any two iterations, and what has come of it. It
 * brings the device up to date before it iterates.
 */
export class Drag {
  readonly #generator: Draggable;
  readonly #loop: DragLoop;
  #points: readonly PointPair[] = [];
  #mask: Uint8Array | null = null;
  #options: DragOptions;
  #edit = newEdit();
  /** The latent; never changed in place. */
  #latent: PlacedLatent;
  #initial: PlacedLatent;
  /** The last latent whose losses were finite. */
  #good: PlacedLatent;
  readonly #limits = new Limits();
  /** What the picture keeps of another latent: all that is masked, as it was when the first mask was set. */
  #keptPart: KeptPart | undefined;
  /** The mask for which the device's steps were spread. */
  #kept: Uint8Array | null = null;
  /** True while no arrival ends the edit: other targets go on in it. */
  held = false;
  /** True while the device's targets, mask or rates are out of date. */
  #changed = true;
  #epoch: Epoch = { over: true };
  /** True if the device has made iterations whose records are lost. */
  #abandoned = false;

  /** @throws InputError for an option that cannot be used */
  constructor(generator: Draggable, latent: PlacedLatent, options: GivenOptions) {
    this.#options = startingOptions(generator, options);
    this.#generator = generator;
    this.#loop = new DragLoop(generator);
    this.#latent = latent;
    this.#initial = latent;
    this.#good = latent;
  }

  get points(): readonly PointPair[] {
    return this.#points;
  }

  get mask(): Uint8Array | null {
    return this.#mask;
  }

  get options(): Readonly<DragOptions> {
    return this.#options;
  }

  /** The edit; a new edit is a new object. */
  get edit(): Readonly<Edit> {
    return this.#edit;
  }

  get latent(): PlacedLatent {
    return this.#latent;
  }

  /** What the picture keeps of another latent, where features keep what is masked. */
  get kept(): KeptPart | undefined {
    return this.#options.keeping === 'features' ? this.#keptPart : undefined;
  }

  /** The latent of the picture before any drag, which the regularisation draws back to. */
  get initial(): PlacedLatent {
    return this.#initial;
  }

  /** True once the edit has had its first submission. */
  get begun(): boolean {
    return this.#edit.begun;
  }

  /** True if something was asked for that the device does not know yet. */
  get outOfDate(): boolean {
    return this.#changed;
  }

  /** True if the next submission begins an edit or makes plans anew: it needs the results of all before it. */
  get startsAnew(): boolean {
    const shape = this.#shape();
    return !this.begun || !this.#loop.fits(shape) || this.#spreadMask(shape) !== this.#kept;
  }

  /** The snapshot that `restore` takes. */
  get state(): DragState {
    const { start, iterations, arrived } = this.#edit;
    return {
      ...this.#latent,
      initial: this.#initial,
      kept: this.#keptPart?.ws,
      points: this.#points,
      edit: start ? { ...start, iterations, arrived } : null,
    };
  }

  /** Mean distance from the points to their targets, in pixels. */
  get distance(): number {
    const distances = this.#points.map(({ handle, target }) =>
      Math.hypot(target[0] - handle[0], target[1] - handle[1]),
    );
    return distances.reduce((a, b) => a + b, 0) / Math.max(1, distances.length);
  }

  /** The points with their handles where the edit began. */
  startingPoints(): PointPair[] {
    const handles = this.#edit.start?.handles;
    return this.#points.map(({ handle, target }, j) => ({
      handle: handles?.[j] ?? handle,
      target,
    }));
  }

  /**
   * Other handles, or other targets after an arrival, begin a new edit.
   * @returns true if anything changed
   */
  setPoints(points: readonly PointPair[]): boolean {
    const known = this.#points;
    const same = (end: keyof PointPair): boolean =>
      points.length === known.length &&
      points.every((pair, j) => samePoint(pair[end], known[j][end]));
    if (same('handle') && same('target')) return false;
    if (!same('handle') || this.#edit.arrived) this.#edit = newEdit();
    this.#limits.forget();
    this.#points = points.map(({ handle, target }) => ({ handle, target }));
    this.#changed = true;
    return true;
  }

  setMask(mask: ArrayLike<number> | null): void {
    this.#mask = mask && Uint8Array.from(mask, (value) => (value === 0 ? 0 : 1));
    this.#keepPart(this.#keptPart?.ws ?? this.#latent.ws);
    this.#changed = true;
  }

  /** Another space begins a new edit. @throws InputError for a value that cannot be used */
  setOptions(changes: Partial<DragOptions>): void {
    const options = changeOptions(this.#options, changes);
    if (options.space !== this.#options.space) {
      this.#edit = newEdit();
      this.#limits.forget();
    }
    this.#options = options;
    this.#changed = true;
  }

  /** Puts the drag where another one was, or this one before. The edit keeps its references, but Adam begins at 0. */
  restore({ ws, origin, initial, kept = ws, points, edit }: DragState): void {
    this.#latent = { ws, origin };
    this.#keepPart(kept);
    this.#initial = initial;
    this.#points = points;
    this.#limits.forget();
    this.#edit = edit
      ? {
          start: { ws: edit.ws, origin: edit.origin, handles: edit.handles },
          begun: false,
          iterations: edit.iterations,
          arrived: edit.arrived,
        }
      : newEdit();
    this.#changed = true;
  }

  /**
   * Hands `count` iterations to the device, which makes none after one that arrives. Their records are to be taken in
   * order.
   * @throws ShaderError, DeviceLimitError
   */
  async submit(count: number, traced: boolean): Promise<Submission> {
    const edit = this.#edit;
    await this.#prepare(edit);
    const began = performance.now();
    const { latent } = this.#loop;
    const records = this.#loop.run(count, traced);
    // Whoever waits for it gets the error; nobody may, where an earlier submission failed.
    records.catch(() => {});
    return { count, records, began, edit, epoch: this.#epoch, latent };
  }

  /** Takes in the record of an iteration. @returns its outcome; undefined if an earlier iteration ended its epoch */
  take(record: IterationRecord, { edit, epoch, latent }: Submission): Advanced | undefined {
    if (epoch.over) return undefined;
    const { w, leaves, coordinates, gradient, ...what } = record;
    const iteration: Iteration = { ...what, iteration: edit.iterations };
    const before = this.#latent;
    const row = gradient && {
      ...iteration,
      ws: before.ws,
      gradient: latent.wholeGradient(gradient),
    };
    edit.iterations++;
    const sound = Number.isFinite(record.lossMotion) && Number.isFinite(record.lossMask);
    if (sound) this.#good = before;
    if (!sound || !w.every(Number.isFinite)) {
      this.#diverge(edit, epoch);
      return { iteration, row, ended: 'diverged' };
    }
    epoch.over = record.arrived;
    // Points that were set meanwhile have not arrived.
    const arrived =
      record.arrived && !this.#changed && this.#edit === edit && this.#epoch === epoch;
    edit.arrived = arrived && !this.held;
    const moved = record.arrived ? before : latent.moved(before, { w, leaves, coordinates });
    this.#follow(edit, record.points);
    const pn = this.#limits.pn(moved.ws);
    if (this.#limits.forbids(pn)) {
      this.#leave(epoch);
      return { iteration, row, ended: 'farthest' };
    }
    this.#latent = moved;
    const standing = { latent: before, handles: record.points };
    const back =
      this.#edit === edit && !arrived
        ? this.#limits.stalls(record.distance, this.#options.patience, standing)
        : undefined;
    if (back) {
      // What came after went astray, with handles that lost their spots as often as not.
      this.#latent = back.latent;
      this.#follow(edit, back.handles);
      this.#leave(epoch);
    }
    const ended = arrived ? 'arrived' : back ? 'stalled' : undefined;
    return { iteration: { ...iteration, pn }, row, ended };
  }

  #keepPart(ws: Float32Array): void {
    this.#keptPart = this.#mask ? { ws, mask: this.#mask } : undefined;
  }

  /** What the device has made beyond the last record is not taken. */
  #leave(epoch: Epoch): void {
    epoch.over = true;
    this.abandon();
  }

  /** The handles are where they were tracked to. Points that were set meanwhile stay. */
  #follow(edit: Edit, handles: readonly Point[]): void {
    if (this.#edit === edit)
      this.#points = this.#points.map(({ target }, j) => ({ handle: handles[j], target }));
  }

  /** The edit is at its end, where it arrived while it was held. */
  arrive(): void {
    this.#edit.arrived = true;
  }

  /** Some submissions' records will not be taken: the next one goes on from what is known. */
  abandon(): void {
    this.#epoch.over = true;
    this.#abandoned = true;
  }

  destroy(): void {
    this.#loop.destroy();
  }

  #shape(): ObjectiveShape {
    return objectiveShape(this.#generator, this.#options, {
      points: this.#points.length,
      masked: this.#mask !== null && this.#options.keeping === 'loss',
      originKnown: this.#latent.origin !== undefined,
    });
  }

  /** The mask that steps are spread for; null where they go equally far. */
  #spreadMask({ space }: ObjectiveShape): Uint8Array | null {
    return hasCoordinates(space) && this.#options.changeProbes > 0 ? this.#mask : null;
  }

  /** Brings the device up to date with what is asked at the time of the call; what changes meanwhile comes next. */
  async #prepare(edit: Edit): Promise<void> {
    const options = this.#options;
    const points = this.#points;
    const mask = this.#mask;
    const loop = this.#loop;
    const shape = this.#shape();
    const kept = this.#spreadMask(shape);
    const goesOn = !this.#changed && !this.#epoch.over && loop.fits(shape);
    if (goesOn && edit.begun) return;
    if (!edit.start && shape.space === 'w')
      this.#latent = tieLeaves(this.#generator.leaves, this.#latent);
    const place: Place = { ...this.#latent, handles: points.map(({ handle }) => handle) };
    const changed = this.#changed;
    this.#changed = false;
    try {
      const rebuilt = await loop.configure(shape);
      if (changed || rebuilt) {
        loop.targets = points.map(({ target }) => target);
        if (mask && shape.masked) loop.mask = mask;
        loop.rates = options;
      }
      const start = edit.start ?? place;
      if (changed || !edit.begun)
        await this.#limits.bound(this.#generator, start.ws, options.farthest);
      if (hasCoordinates(shape.space) && (rebuilt || !edit.begun || kept !== this.#kept)) {
        await loop.spread(start, kept, options.changeProbes);
        // The coordinates begin anew.
        this.#abandoned = true;
      }
      this.#kept = kept;
    } catch (error) {
      this.#changed = true;
      throw error;
    }
    this.#epoch = { over: false };
    loop.resume();
    if (!edit.begun) {
      edit.begun = true;
      edit.start ??= place;
      this.#good = this.#latent;
      loop.begin(edit.start, this.#initial.ws, place);
    } else if (edit.start && loop.staleReferences) {
      loop.takeReferences(edit.start, place);
    } else if (this.#abandoned) {
      loop.place(place);
    }
    this.#abandoned = false;
  }

  #diverge(edit: Edit, epoch: Epoch): void {
    this.#latent = this.#good;
    epoch.over = true;
    // Iterations that were submitted meanwhile diverge as well.
    this.#epoch.over = true;
    // Adam's moments are of no use any more.
    if (this.#edit === edit) this.#edit = newEdit();
  }
}

const newEdit = (): Edit => ({ begun: false, iterations: 0, arrived: false });
