import { Plan } from '../../engine/graph/plan.ts';
import type { EntryCall } from '../../engine/graph/reversal.ts';
import type { Layout } from '../../engine/memory/layouts.ts';
import { TensorStore } from '../../engine/memory/tensors.ts';
import { tensorShape } from '../../engine/operations/operation.ts';
import { operationTable } from '../../engine/operations/operations.ts';
import { ConeLayout } from '../../models/stylegan2/device/cone.ts';
import type { Generator } from '../../models/stylegan2/device/generator.ts';
import { maskedTiles, tileCount } from './mask_tiles.ts';
import {
  frozenCalls,
  iterationCalls,
  type ObjectiveShape,
  referenceCalls,
  rowNames,
  trainedRows,
} from './objective.ts';
import { type IterationRecord, RecordRing } from './records.ts';

/** Where a drag is: ws (num_ws · w_dim), and the handles in image pixels. */
export interface Place {
  readonly ws: Float32Array;
  readonly handles: readonly (readonly [number, number])[];
}

/** What may change from iteration to iteration. */
export interface Rates {
  readonly learningRate: number;
  readonly stopDistance: number;
  readonly lambda: number;
  readonly regularization: number;
  /** Of the sampled tiles. */
  readonly seed: number;
}

/**
 * The device side of a drag: its tensors on top of the model's weights, the plan of an iteration, and the records that
 * come back. Nothing is read back within an iteration, so that several go into one submission.
 */
export class DragLoop {
  readonly #generator: Generator;
  readonly #store: TensorStore;
  readonly #ring: RecordRing;
  #shape: ObjectiveShape | undefined;
  #plan: Plan | undefined;
  #references: Plan | undefined;
  /** What follows from the frozen rows of ws. */
  #frozen: Plan | undefined;
  #cone: ConeLayout | undefined;
  #staleReferences = true;
  /** Of the kernels that the plans were made from. */
  #generation = 0;

  constructor(generator: Generator) {
    this.#generator = generator;
    this.#store = new TensorStore(generator.engine.device, generator.store);
    this.#ring = new RecordRing(generator.engine.device);
  }

  /** What an iteration runs, for those who count or time it. @throws RangeError before `configure` */
  get plan(): Plan {
    return built(this.#plan);
  }

  /** The tensors of the drag, on top of the model's. */
  get store(): TensorStore {
    return this.#store;
  }

  /** Whether the references do not belong to the feature block and mask that `configure` was given. */
  get staleReferences(): boolean {
    return this.#staleReferences;
  }

  /** Whether the plans are for this shape, and of kernels that nobody has edited since. */
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
      this.#createTensors(shape);
    }
    await this.#buildPlans(shape);
    this.#generator.run(built(this.#frozen));
    this.#shape = shape;
    this.#generation = generation;
    if (old?.block !== shape.block || (shape.masked && !old.masked)) this.#staleReferences = true;
    return true;
  }

  /**
   * Begins an edit: references are taken at `start`, Adam begins at 0.
   * @param initial the ws of the regularisation
   * @param current where it goes on, if not at `start`
   */
  begin(start: Place, initial: Float32Array, current = start): void {
    this.#store.write('initial_ws', initial);
    for (const name of ['first_moment', 'second_moment', 'status']) this.#clear(name);
    this.takeReferences(start, current);
  }

  /** Takes the references at an edit's start, and goes on at `current`. */
  takeReferences(start: Place, current: Place): void {
    this.place(start);
    this.#generator.run(built(this.#references));
    this.place(current);
    this.#staleReferences = false;
  }

  /** An arrival before does not count any more: the next iteration is made. */
  resume(): void {
    const { buffer, offset } = this.#store.get('status');
    this.#generator.engine.device.queue.writeBuffer(buffer, offset, notStopped);
  }

  /** Puts the drag somewhere, from where it goes on. In W mode the first row of ws is taken for all trained rows. */
  place({ ws, handles }: Place): void {
    const { wDim } = this.#generator.config;
    const rows = built(this.#shape).space === 'w' ? 1 : trainedRows;
    this.#store.write('w', ws.subarray(0, rows * wDim));
    this.#store.write('frozen_ws', ws.subarray(trainedRows * wDim));
    this.#generator.run(built(this.#frozen));
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
   * @param traced whether the records hold the gradient
   * @returns their records, once they are back
   */
  async run(count: number, traced: boolean): Promise<IterationRecord[]> {
    const plan = built(this.#plan);
    const { queue } = this.#generator.engine.device;
    const recorded = ['positions', 'shifts', 'status', 'w', ...(traced ? ['d_w'] : [])];
    const tensors = recorded.map((name) => this.#store.get(name));
    const encoder = this.#generator.engine.device.createCommandEncoder({ label: 'drag' });
    const staging = this.#ring.begin(count, tensors);
    for (let slot = 0; slot < count; slot++) {
      plan.record(encoder);
      staging.copy(encoder, slot);
    }
    queue.submit([encoder.finish()]);
    return staging.read();
  }

  destroy(): void {
    this.#plan?.destroy();
    this.#references?.destroy();
    this.#frozen?.destroy();
    this.#ring.destroy();
    this.#store.destroy();
  }

  #fitsShape(shape: ObjectiveShape): boolean {
    return JSON.stringify(this.#shape) === JSON.stringify(shape);
  }

  async #buildPlans(shape: ObjectiveShape): Promise<void> {
    const { engine, config, arena } = this.#generator;
    const resources = { ...engine, store: this.#store, arena };
    const cone = this.#cone;
    const cells = cone && ((entry: EntryCall) => cone.listOf(entry));
    // A mask is measured against the whole map.
    const request = shape.masked
      ? { calls: referenceCalls(config, shape) }
      : { calls: referenceCalls(config, shape, cone), cells };
    const iteration = { ...iterationCalls(config, shape, cone), cells };
    const plans: Plan[] = [];
    try {
      for (const one of [{ calls: frozenCalls(config, shape) }, request, iteration])
        plans.push(await Plan.build(one, resources));
    } catch (error) {
      for (const plan of plans) plan.destroy();
      throw error;
    }
    for (const old of [this.#frozen, this.#references, this.#plan]) old?.destroy();
    [this.#frozen, this.#references, this.#plan] = plans;
  }

  #createTensors(shape: ObjectiveShape): void {
    const { points, channels, space, masked, tiles, coverage } = shape;
    const { numWs, wDim } = this.#generator.config;
    const trained = space === 'w' ? 1 : trainedRows;
    for (const name of ['w', 'd_w', 'first_moment', 'second_moment'])
      this.#ensure(name, 'vector', [trained, wDim]);
    this.#ensure('frozen_ws', 'vector', [numWs - trainedRows, wDim]);
    this.#ensure('initial_ws', 'vector', [numWs, wDim]);
    if (space === 'w') this.#ensure('broadcast_ws', 'vector', [trainedRows, wDim]);
    this.#nameRows(space);
    for (const { operation, sizes, tensors } of frozenCalls(this.#generator.config, shape))
      for (const output of operationTable[operation].outputs) {
        const spec = operationTable[operation].tensors[output];
        this.#ensure(tensors[output], spec.layout, tensorShape(spec, sizes));
      }
    this.#ensure('status', 'plain', [8]);
    this.#ensure('positions', 'plain', [points, 2]);
    this.#ensure('targets', 'plain', [points, 2]);
    this.#ensure('shifts', 'plain', [points, 4]);
    this.#ensure('references', 'vector', [points, channels]);
    this.#ensure('sampled_tiles', 'plain', [Math.max(1, tiles), 4]);
    ConeLayout.deleteTensors(this.#store);
    this.#cone = coverage === 'cone' ? new ConeLayout(shape) : undefined;
    this.#cone?.createTensors(this.#store, this.#generator.engine.device);
    if (tiles > 0) this.#ensure('candidates', 'plain', [tileCount(shape) + 1]);
    if (masked) {
      this.#ensure('mask', 'plain', [shape.imageHeight, shape.imageWidth]);
      this.#ensure('first_features', 'map', [1, channels, shape.height, shape.width]);
    } else {
      this.#store.delete('mask');
      this.#store.delete('first_features');
    }
  }

  /** `ws.{row}`: rows of `w` or, in W mode, of what it is copied to; then rows that stay. Gradients of W+'s rows. */
  #nameRows(space: 'w' | 'w+'): void {
    const { numWs } = this.#generator.config;
    const initial = rowNames('initial_ws', numWs);
    const rows = rowNames('ws', numWs);
    const gradients = rowNames('d_ws', trainedRows);
    for (let row = 0; row < numWs; row++) {
      this.#store.view(initial[row], 'initial_ws', row);
      if (row >= trainedRows) this.#store.view(rows[row], 'frozen_ws', row - trainedRows);
      else this.#store.view(rows[row], space === 'w' ? 'broadcast_ws' : 'w', row);
    }
    gradients.forEach((gradient, row) => {
      if (space === 'w+') this.#store.view(gradient, 'd_w', row);
      else this.#store.delete(gradient);
    });
  }

  /** Makes a tensor, unless it is there in this shape. */
  #ensure(name: string, layout: Layout, shape: readonly number[]): void {
    const known = this.#store.find(name);
    if (known && known.shape.join() === shape.join()) return;
    this.#store.delete(name);
    this.#store.create(name, layout, shape);
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
