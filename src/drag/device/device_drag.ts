import { Plan } from '../../engine/graph/plan.ts';
import { gradientOf } from '../../engine/graph/reversal.ts';
import { TensorStore } from '../../engine/memory/tensors.ts';
import type { Coverage, Draggable, PlacedLatent } from '../../models/draggable.ts';
import { keptCells } from '../../models/kept_cells.ts';
import { splitConstant } from './constant_calls.ts';
import { CoordinateLayout } from './coordinate_layout.ts';
import type { LatentLayout } from './latent_layout.ts';
import { layOut } from './lay_out.ts';
import { maskedTiles } from './mask_tiles.ts';
import { coverageOf, objectivePlans } from './objective.ts';
import type { ObjectiveShape } from './objective_shape.ts';
import { createObjectiveTensors } from './objective_tensors.ts';
import { createRecordTensors, recordCall, recordTensors } from './record_call.ts';
import { type IterationRecord, RecordRing } from './records.ts';

/** Where a drag is: its latent, and the handles in image pixels. */
export interface Place extends PlacedLatent {
  /** Row and column of each. */
  readonly handles: readonly (readonly [number, number])[];
}

/** The numbers that may change from iteration to iteration. */
export interface Rates {
  readonly learningRate: number;
  readonly stopDistance: number;
  readonly lambda: number;
  readonly regularization: number;
  /** Seed of the sampled tiles. */
  readonly seed: number;
}

/**
 * The device side of a drag: its tensors on top of the model's weights, the plan of an iteration, and the records that
 * come back. Nothing is read back within an iteration, so that several go into one submission.
 */
export class DragLoop {
  readonly #generator: Draggable;
  readonly #store: TensorStore;
  readonly #ring: RecordRing;
  #shape: ObjectiveShape | undefined;
  #plan: Plan | undefined;
  #references: Plan | undefined;
  /** Computes what depends only on the leaves of the latent that stay. */
  #constant: Plan | undefined;
  /** Brings what the trained leaves are made from in step with a latent that was written. */
  #settling: Plan | undefined;
  #latent: LatentLayout | undefined;
  #coverage: Coverage | undefined;
  #staleReferences = true;
  /** Generation of the kernels from which the plans were made. */
  #generation = 0;

  constructor(generator: Draggable) {
    this.#generator = generator;
    this.#store = new TensorStore(generator.engine.device, generator.store);
    this.#ring = new RecordRing(generator.engine.device);
  }

  /** The plan of an iteration, to count or time it. @throws RangeError before `configure` */
  get plan(): Plan {
    return built(this.#plan);
  }

  /** How the latent lies in the drag's tensors. @throws RangeError before `configure` */
  get latent(): LatentLayout {
    return built(this.#latent);
  }

  /** The tensors of the drag, on top of the model's. */
  get store(): TensorStore {
    return this.#store;
  }

  /** True if the references were taken for another feature block or mask than `configure` was given last. */
  get staleReferences(): boolean {
    return this.#staleReferences;
  }

  /** True if the plans are for this shape, and no kernel was edited since they were made. */
  fits(shape: ObjectiveShape): boolean {
    const { generation } = this.#generator.engine.pipelines;
    return this.#fitsShape(shape) && generation === this.#generation;
  }

  /**
   * Makes the plans for a shape, unless they are there and no kernel was edited since; the drag's state stays as far as
   * it has the same sizes. New plans have no rates yet, and a new mask or targets of another number are zero.
   * @returns whether the plans are new
   * @throws ShaderError where a kernel does not compile, DeviceLimitError where a tensor is too large
   */
  async configure(shape: ObjectiveShape): Promise<boolean> {
    const old = this.#shape;
    if (this.fits(shape)) return false;
    const { generation } = this.#generator.engine.pipelines;
    if (!this.#fitsShape(shape)) {
      // The old plans' tensors go: should the new plans fail, there are none.
      this.#shape = undefined;
      await this.#createTensors(shape);
    }
    await this.#buildPlans(shape);
    this.#run(this.#constant);
    this.#run(this.#settling);
    this.#shape = shape;
    this.#generation = generation;
    if (old?.field !== shape.field || (shape.masked && !old.masked)) this.#staleReferences = true;
    return true;
  }

  /**
   * Begins an edit: references are taken at `start`, Adam begins at 0.
   * @param initial the latent that the regularisation draws to
   * @param current where it goes on, if not at `start`
   */
  begin(start: Place, initial: Float32Array, current = start): void {
    built(this.#latent).writeInitial(this.#store, initial);
    for (const name of ['first_moment', 'second_moment', 'status']) this.#clear(name);
    this.takeReferences(start, current);
  }

  /**
   * Sets how far steps go along each direction of other coordinates than the latent's own: so that what must stay changes
   * least, or equally far. The drag is to be placed afterwards.
   * @param start where changes are measured
   * @param kept imageHeight · imageWidth, 1 = must stay; null: equally far
   */
  async spread(start: Place, kept: Uint8Array | null, probes: number): Promise<void> {
    const latent = built(this.#latent);
    if (!(latent instanceof CoordinateLayout)) return;
    if (!kept) return latent.spread(this.#store, undefined);
    const { fields, engine, arena, picture } = this.#generator;
    // Loaded once it is needed: with its linear algebra it is a tenth of the page.
    const { changeField, changeSpread } = await import('./change_metric.ts');
    const field = changeField(fields);
    this.place(start);
    const calls = [...latent.leafCalls, ...this.#generator.calls(field)];
    const spread = await changeSpread(
      {
        calls: splitConstant(calls, latent.wanted).varying,
        field,
        length: latent.length,
        weights: keptCells(kept, picture, field.extent),
        probes,
      },
      { ...engine, store: this.#store, arena },
    );
    latent.spread(this.#store, spread);
  }

  /** Takes the references at an edit's start, and goes on at `current`. */
  takeReferences(start: Place, current: Place): void {
    this.place(start);
    this.#run(this.#references);
    this.place(current);
    this.#staleReferences = false;
  }

  /** Forgets an earlier arrival, so that the next iteration is made. */
  resume(): void {
    const { buffer, offset } = this.#store.get('status');
    this.#generator.engine.device.queue.writeBuffer(buffer, offset, notStopped);
  }

  /** Puts the drag somewhere, from where it goes on. Of tied leaves the first one's values are taken for all. */
  place({ handles, ...latent }: Place): void {
    built(this.#latent).write(this.#store, latent);
    this.#run(this.#constant);
    this.#run(this.#settling);
    this.#store.write('positions', handles.flat());
    this.resume();
  }

  set targets(targets: readonly (readonly [number, number])[]) {
    this.#store.write('targets', targets.flat());
  }

  /** @param mask imageHeight · imageWidth, 1 = must stay */
  set mask(mask: Uint8Array) {
    this.#store.write('mask', mask);
    const shape = built(this.#shape);
    if (shape.tiles > 0) this.#store.write('candidates', maskedTiles(mask, shape));
  }

  set rates({ learningRate, stopDistance, lambda, regularization, seed }: Rates) {
    const plan = built(this.#plan);
    plan.setParams('stop_rule', { stop_distance: stopDistance });
    plan.setParams('adam', { learning_rate: learningRate });
    if (this.#shape?.masked) plan.setParams('mask_loss', { lambda });
    if (built(this.#shape).tiles > 0) plan.setParams('sample_tiles', { seed });
    if (this.#shape?.regularized) plan.setParams('latent_regularization', { regularization });
  }

  /**
   * Submits iterations at once, without waiting for those before them. After one that arrives, the others do nothing,
   * later submissions included, until `resume`, `place` or `begin`.
   * @param traced true if the records are to hold the gradient
   * @returns their records, once they are back
   */
  async run(count: number, traced: boolean): Promise<IterationRecord[]> {
    const plan = built(this.#plan);
    const { queue } = this.#generator.engine.device;
    const latent = built(this.#latent);
    const encoder = this.#generator.engine.device.createCommandEncoder({ label: 'drag' });
    const staging = this.#ring.begin(count, {
      ...recordTensors(this.#store, latent),
      gradient: traced ? this.#store.get(gradientOf('w')) : undefined,
    });
    for (let slot = 0; slot < count; slot++) {
      plan.record(encoder);
      staging.copy(encoder, slot);
    }
    queue.submit([encoder.finish()]);
    const records = await staging.read();
    return records.map(({ w, gradient, ...record }) => ({
      ...record,
      w: latent.fromDevice(w),
      gradient: gradient && latent.fromDevice(gradient),
    }));
  }

  destroy(): void {
    this.#plan?.destroy();
    this.#references?.destroy();
    this.#constant?.destroy();
    this.#settling?.destroy();
    this.#ring.destroy();
    this.#store.destroy();
  }

  #run(plan: Plan | undefined): void {
    built(plan).submit(this.#generator.engine.device);
  }

  #fitsShape(shape: ObjectiveShape): boolean {
    return JSON.stringify(this.#shape) === JSON.stringify(shape);
  }

  async #buildPlans(shape: ObjectiveShape): Promise<void> {
    const { engine, arena } = this.#generator;
    const resources = { ...engine, store: this.#store, arena };
    const { constant, settling, references, iteration } = objectivePlans(
      this.#generator,
      shape,
      built(this.#latent),
      this.#coverage,
    );
    const record = recordCall(this.#store, built(this.#latent), shape.points);
    const afterwards = [...(iteration.afterwards ?? []), record];
    const plans: Plan[] = [];
    try {
      for (const request of [constant, settling, references, { ...iteration, afterwards }])
        plans.push(await Plan.build(request, resources));
    } catch (error) {
      for (const plan of plans) plan.destroy();
      throw error;
    }
    for (const old of [this.#constant, this.#settling, this.#references, this.#plan])
      old?.destroy();
    [this.#constant, this.#settling, this.#references, this.#plan] = plans;
  }

  async #createTensors(shape: ObjectiveShape): Promise<void> {
    const generator = this.#generator;
    const store = this.#store;
    this.#latent = await layOut(generator, shape);
    this.#latent.createTensors(store);
    const { constant } = objectivePlans(generator, shape, this.#latent, undefined);
    createObjectiveTensors(store, shape, constant.calls);
    createRecordTensors(store, this.#latent);
    this.#coverage?.deleteTensors(store);
    this.#coverage = coverageOf(generator, shape);
    this.#coverage?.createTensors(store, generator.engine.device);
  }

  #clear(name: string): void {
    const { buffer, offset, bytes } = this.#store.get(name);
    this.#generator.engine.device.queue.writeBuffer(buffer, offset, new Uint8Array(bytes));
  }
}

/** The first word of the status: an earlier run's arrival does not count. */
const notStopped = new Float32Array([0]);

function built<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('a drag cannot run before configure()');
  return value;
}
