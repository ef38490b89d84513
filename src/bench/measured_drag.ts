import { DragLoop, type Place } from '../drag/device/device_drag.ts';
import { objectiveShape } from '../drag/device/objective_shape.ts';
import type { IterationRecord } from '../drag/device/records.ts';
import { type DragOptions, startingOptions } from '../drag/options.ts';
import type { PointPair } from '../drag/points.ts';
import { dispatch, type Plan } from '../engine/graph/plan.ts';
import { draggable } from '../models/stylegan2/device/draggable.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { type CellCounts, readCellCounts } from './counting.ts';
import { timeSteps } from './kernel_times.ts';
import { benchMask } from './points_and_mask.ts';
import { warmUp } from './warm_up.ts';

/** The operations that make the lists of cells, and `stop_rule`, on which the backward ones depend. */
const listMakers: readonly string[] = ['forward_cone', 'stop_rule', 'backward_cone'];

/** A drag set up to be timed, always from the same place: how far it has come does not change an iteration's time. */
export class MeasuredDrag {
  private constructor(
    readonly loop: DragLoop,
    private readonly generator: Generator,
    private readonly place: Place,
  ) {}

  /**
   * Begins a drag and compiles its kernels by running them once, since drivers compile at first use.
   * @param known a run whose references are the same, so that they need not be taken again
   */
  static async begin(
    generator: Generator,
    ws: Float32Array,
    points: readonly PointPair[],
    request: {
      readonly coverage: DragOptions['coverage'];
      readonly masked: boolean;
      /** Fraction of the map from which the mask loss is estimated; 0: it is computed whole. */
      readonly sampling?: number;
      readonly known?: MeasuredDrag;
    },
  ): Promise<MeasuredDrag> {
    const { coverage, masked, sampling = 0, known } = request;
    const { config } = generator;
    const dragged = draggable(generator);
    const loop = new DragLoop(dragged);
    const options = { ...startingOptions(dragged), coverage, maskSampling: sampling };
    await loop.configure(objectiveShape(dragged, options, { points: points.length, masked }));
    loop.targets = points.map(({ target }) => target);
    if (masked) loop.mask = benchMask(config);
    loop.rates = options;
    const place = { ws, handles: points.map(({ handle }) => handle) };
    await warmUp(generator.engine.device, loop.plan);
    if (known) {
      for (const name of masked ? ['references', 'first_features'] : ['references'])
        loop.store.write(name, await known.loop.store.read(name));
      // The warm-up has written to them.
      for (const name of ['first_moment', 'second_moment', 'status']) clear(loop, name);
      loop.place(place);
    } else {
      loop.begin(place, ws);
    }
    return new MeasuredDrag(loop, generator, place);
  }

  get plan(): Plan {
    return this.loop.plan;
  }

  /** One iteration, and its gradient. */
  async trace(): Promise<IterationRecord> {
    this.loop.place(this.place);
    const [record] = await this.loop.run(1, true);
    return record;
  }

  /** One iteration with its gradient, and its milliseconds until its record is back. */
  async timedTrace(): Promise<{ record: IterationRecord; milliseconds: number }> {
    await this.generator.engine.device.queue.onSubmittedWorkDone();
    const began = performance.now();
    const record = await this.trace();
    return { record, milliseconds: performance.now() - began };
  }

  /** Milliseconds of an iteration, from its submission until its record is back. */
  async time(): Promise<number> {
    return this.timeBatch(1);
  }

  /** Milliseconds of each of some iterations that go into one submission. */
  async timeBatch(iterations: number): Promise<number> {
    const { queue } = this.generator.engine.device;
    this.loop.place(this.place);
    await queue.onSubmittedWorkDone();
    const began = performance.now();
    await this.loop.run(iterations, false);
    return (performance.now() - began) / iterations;
  }

  /** Milliseconds of each step of an iteration; undefined where the device has no timestamps. */
  async timeSteps(): Promise<number[] | undefined> {
    this.loop.place(this.place);
    return timeSteps(this.generator.engine.device, this.plan);
  }

  /**
   * How many cells the lists would hold with the first handle at each of a grid of places in the picture: the kernels
   * that make the lists are run alone.
   */
  async cellCountsOverPlaces(perSide: number): Promise<Map<string, CellCounts>[]> {
    const { device } = this.generator.engine;
    const listing = this.plan.steps.filter(({ call }) => listMakers.includes(call.operation));
    const { height, width } = this.generator.config;
    const counts: Map<string, CellCounts>[] = [];
    for (let place = 0; place < perSide ** 2; place++) {
      const pixel = (index: number, length: number) =>
        Math.floor(((index + 0.5) / perSide) * length);
      const first = [
        pixel(Math.floor(place / perSide), height),
        pixel(place % perSide, width),
      ] as const;
      const handles = this.place.handles.map((handle, j) => (j === 0 ? first : handle));
      this.loop.place({ ...this.place, handles });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const step of listing) dispatch(pass, step);
      pass.end();
      device.queue.submit([encoder.finish()]);
      counts.push(await this.cellCounts());
    }
    return counts;
  }

  cellCounts(): Promise<Map<string, CellCounts>> {
    return readCellCounts(this.plan, this.loop.store);
  }

  destroy(): void {
    this.loop.destroy();
  }
}

function clear({ store }: DragLoop, name: string): void {
  const { shape } = store.get(name);
  store.write(name, new Float32Array(shape.reduce((a, b) => a * b, 1)));
}

/** A latent that is no particular one; all rows differ. Written down as a formula, so that peers can have it too. */
export function benchLatent(numWs: number, wDim: number): Float32Array {
  return Float32Array.from({ length: numWs * wDim }, (_, i) => Math.sin(12.9898 * (i + 1)) * 1.2);
}
