import type { Generator } from '../engine/generator.ts';
import type { Iteration, IterationTrace } from './iteration.ts';
import { DragLoop, type Place } from './loop.ts';
import { objectiveShape, trainedRows } from './objective.ts';
import type { DragOptions } from './options.ts';
import type { PointPair } from './points.ts';
import type { IterationRecord } from './records.ts';

/** From new points until the next ones: what the references and Adam's moments belong to. */
export interface Edit {
  /** Where its references are taken; known from its first iteration on. */
  start?: Place;
  iterations: number;
  arrived: boolean;
}

export const newEdit = (): Edit => ({ iterations: 0, arrived: false });

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
  points: readonly PointPair[] = [];
  mask: Uint8Array | null = null;
  edit: Edit = newEdit();
  /** num_ws · w_dim; never changed in place. */
  ws: Float32Array;
  /** The ws of the picture that the latent regularisation draws back to. */
  initial: Float32Array;
  /** Whether the device has not yet got targets, mask and rates as they are. */
  changed = true;
  readonly #generator: Generator;
  readonly #loop: DragLoop;
  /** The last ws whose losses were finite. */
  #good: Float32Array;

  constructor(
    generator: Generator,
    ws: Float32Array,
    public options: DragOptions,
  ) {
    this.#generator = generator;
    this.#loop = new DragLoop(generator);
    this.ws = ws;
    this.initial = ws;
    this.#good = ws;
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
    const { edit } = this;
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

  async #prepare(edit: Edit): Promise<void> {
    const { options, points, mask } = this;
    const loop = this.#loop;
    const counts = { points: points.length, masked: mask !== null };
    const rebuilt = await loop.configure(objectiveShape(this.#generator.config, options, counts));
    if (!edit.start) {
      if (options.space === 'w') this.ws = this.#withTrained(this.ws, this.#firstRow());
      edit.start = this.#place();
      this.#good = this.ws;
      loop.begin(edit.start, this.initial);
    } else if (loop.staleReferences) {
      loop.takeReferences(edit.start, this.#place());
    }
    if (!this.changed && !rebuilt) return;
    loop.targets = points.map(({ target }) => target);
    if (mask) loop.mask = mask;
    loop.rates = options;
    this.changed = false;
  }

  #take(record: IterationRecord, edit: Edit): Omit<Advanced, 'milliseconds'> {
    const { w, gradient, ...what } = record;
    const iteration: Iteration = { ...what, iteration: edit.iterations };
    const before = this.ws;
    const row = gradient && { ...iteration, ws: before, gradient: this.#allRows(gradient) };
    edit.iterations++;
    edit.arrived = record.arrived;
    const sound = Number.isFinite(record.lossMotion) && Number.isFinite(record.lossMask);
    if (sound) this.#good = before;
    const diverged = !sound || !w.every(Number.isFinite);
    if (diverged) {
      this.ws = this.#good;
      // Adam's moments are of no use any more.
      if (this.edit === edit) this.edit = newEdit();
    } else {
      if (!record.arrived) this.ws = this.#withTrained(before, w);
      // New points that came meanwhile stay.
      if (this.edit === edit)
        this.points = this.points.map(({ target }, j) => ({ handle: record.points[j], target }));
    }
    return { iteration, row, diverged };
  }

  #place(): Place {
    return { ws: this.ws, handles: this.points.map(({ handle }) => handle) };
  }

  #firstRow(): Float32Array {
    return this.ws.subarray(0, this.#generator.config.wDim);
  }

  /** ws with other trained rows: one for all, or one each. */
  #withTrained(ws: Float32Array, rows: Float32Array): Float32Array {
    const changed = ws.slice();
    for (let at = 0; at < trainedRows * this.#generator.config.wDim; at += rows.length)
      changed.set(rows, at);
    return changed;
  }

  /** The gradient of all of w: rows that are not trained have none. */
  #allRows(gradient: Float32Array): Float32Array {
    if (this.options.space === 'w') return gradient;
    const all = new Float32Array(this.ws.length);
    all.set(gradient);
    return all;
  }
}
