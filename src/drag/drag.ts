import type { Generator } from '../engine/generator.ts';
import type { Iteration, IterationTrace } from './iteration.ts';
import { DragLoop, type Place } from './loop.ts';
import { objectiveShape, trainedRows } from './objective.ts';
import { changeOptions, type DragOptions, defaultOptions } from './options.ts';
import { type PointPair, samePoint } from './points.ts';
import type { IterationRecord } from './records.ts';

/** From new points until the next ones: what the references and Adam's moments belong to. */
export interface Edit {
  /** Where its references are taken; known from its first iteration on. */
  start?: Place;
  iterations: number;
  arrived: boolean;
}

/** What an iteration did, and where it started from. */
export interface Advanced {
  readonly iteration: Iteration;
  /** Where it was asked for. */
  readonly row: IterationTrace | undefined;
  /** The loss or the new w is no finite number; the last good latent is restored. */
  readonly diverged: boolean;
  /** An equal part of the time of its submission, read-back included. */
  readonly milliseconds: number;
}

/**
 * A drag as it stands: what is asked of it, which may change between any two iterations, and what has come of it. It
 * brings the device up to date before it iterates.
 */
export class Drag {
  readonly #generator: Generator;
  readonly #loop: DragLoop;
  #points: readonly PointPair[] = [];
  #mask: Uint8Array | null = null;
  #options: DragOptions;
  #edit = newEdit();
  /** num_ws · w_dim; never changed in place. */
  #ws: Float32Array;
  #initial: Float32Array;
  /** The last ws whose losses were finite. */
  #good: Float32Array;
  /** Whether the device has not yet got targets, mask and rates as they are. */
  #changed = true;

  /** @throws InputError for an option that cannot be used */
  constructor(generator: Generator, ws: Float32Array, options: Partial<DragOptions>) {
    this.#options = changeOptions(defaultOptions(generator.config), options);
    this.#generator = generator;
    this.#loop = new DragLoop(generator);
    this.#ws = ws;
    this.#initial = ws;
    this.#good = ws;
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

  /** Another object for another edit. */
  get edit(): Readonly<Edit> {
    return this.#edit;
  }

  get ws(): Float32Array {
    return this.#ws;
  }

  /** The ws of the picture, which the latent regularisation draws back to. */
  get initial(): Float32Array {
    return this.#initial;
  }

  /** Whether what is asked has changed since the last iteration began. */
  get changed(): boolean {
    return this.#changed;
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
   * @returns whether anything is other than before
   */
  setPoints(points: readonly PointPair[]): boolean {
    const known = this.#points;
    const same = (end: keyof PointPair): boolean =>
      points.length === known.length &&
      points.every((pair, j) => samePoint(pair[end], known[j][end]));
    if (same('handle') && same('target')) return false;
    if (!same('handle') || this.#edit.arrived) this.#edit = newEdit();
    this.#points = points.map(({ handle, target }) => ({ handle, target }));
    this.#changed = true;
    return true;
  }

  setMask(mask: ArrayLike<number> | null): void {
    this.#mask = mask && Uint8Array.from(mask, (value) => (value === 0 ? 0 : 1));
    this.#changed = true;
  }

  /** Another space begins a new edit. @throws InputError for a value that cannot be used */
  setOptions(changes: Partial<DragOptions>): void {
    const options = changeOptions(this.#options, changes);
    if (options.space !== this.#options.space) this.#edit = newEdit();
    this.#options = options;
    this.#changed = true;
  }

  /** Another picture. */
  setPicture(ws: Float32Array): void {
    this.#initial = ws;
    this.restore(ws, this.#points);
  }

  /** Begins a new edit somewhere. */
  restore(ws: Float32Array, points: readonly PointPair[]): void {
    this.#ws = ws;
    this.#points = points;
    this.#edit = newEdit();
    this.#changed = true;
  }

  /** Iterations that go into one submission. */
  get batch(): number {
    return this.#loop.iterationsPerSubmit;
  }

  /**
   * Up to `count` iterations. None come back after one that arrives or diverges.
   * @throws ShaderError, DeviceLimitError
   */
  async advance(count: number, traced: boolean): Promise<Advanced[]> {
    const edit = this.#edit;
    await this.#prepare(edit);
    const began = performance.now();
    const records = await this.#loop.run(count, traced);
    const milliseconds = (performance.now() - began) / count;
    const advanced: Advanced[] = [];
    for (const record of records) {
      advanced.push({ ...this.#take(record, edit), milliseconds });
      if (record.arrived || advanced[advanced.length - 1].diverged) break;
    }
    return advanced;
  }

  destroy(): void {
    this.#loop.destroy();
  }

  /** Brings the device up to date with what is asked at the time of the call; what changes meanwhile comes next. */
  async #prepare(edit: Edit): Promise<void> {
    const options = this.#options;
    const points = this.#points;
    const mask = this.#mask;
    const loop = this.#loop;
    const changed = this.#changed;
    if (!edit.start && options.space === 'w')
      this.#ws = this.#withTrained(this.#ws, this.#ws.subarray(0, this.#generator.config.wDim));
    const place: Place = { ws: this.#ws, handles: points.map(({ handle }) => handle) };
    const counts = { points: points.length, masked: mask !== null };
    this.#changed = false;
    try {
      const rebuilt = await loop.configure(objectiveShape(this.#generator.config, options, counts));
      if (changed || rebuilt) {
        loop.targets = points.map(({ target }) => target);
        if (mask) loop.mask = mask;
        loop.rates = options;
      }
    } catch (error) {
      this.#changed = true;
      throw error;
    }
    if (!edit.start) {
      edit.start = place;
      this.#good = place.ws;
      loop.begin(place, this.#initial);
    } else if (loop.staleReferences) {
      loop.takeReferences(edit.start, place);
    }
  }

  #take(record: IterationRecord, edit: Edit): Omit<Advanced, 'milliseconds'> {
    const { w, gradient, ...what } = record;
    const iteration: Iteration = { ...what, iteration: edit.iterations };
    const before = this.#ws;
    const row = gradient && { ...iteration, ws: before, gradient: this.#allRows(gradient) };
    edit.iterations++;
    edit.arrived = record.arrived;
    const sound = Number.isFinite(record.lossMotion) && Number.isFinite(record.lossMask);
    if (sound) this.#good = before;
    const diverged = !sound || !w.every(Number.isFinite);
    if (diverged) {
      this.#ws = this.#good;
      // Adam's moments are of no use any more.
      if (this.#edit === edit) this.#edit = newEdit();
    } else {
      if (!record.arrived) this.#ws = this.#withTrained(before, w);
      // New points that came meanwhile stay.
      if (this.#edit === edit)
        this.#points = this.#points.map(({ target }, j) => ({ handle: record.points[j], target }));
    }
    return { iteration, row, diverged };
  }

  /** ws with other trained rows: one for all, or one each. */
  #withTrained(ws: Float32Array, rows: Float32Array): Float32Array {
    const changed = ws.slice();
    for (let at = 0; at < trainedRows * this.#generator.config.wDim; at += rows.length)
      changed.set(rows, at);
    return changed;
  }

  /** The gradient of all of w: one row in W mode; in W+ rows that are not trained have none. */
  #allRows(gradient: Float32Array): Float32Array {
    if (gradient.length === this.#generator.config.wDim) return gradient;
    const all = new Float32Array(this.#ws.length);
    all.set(gradient);
    return all;
  }
}

const newEdit = (): Edit => ({ iterations: 0, arrived: false });
