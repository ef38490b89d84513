import { DragLoop } from '../../drag/device/device_drag.ts';
import { objectiveShape } from '../../drag/device/objective_shape.ts';
import { type DragOptions, startingOptions } from '../../drag/options.ts';
import { Engine } from '../../engine/device.ts';
import { Plan } from '../../engine/graph/plan.ts';
import type { ShaderSource } from '../../engine/kernels/shaders.ts';
import type { Precision } from '../../engine/memory/layouts.ts';
import type { Draggable } from '../../models/draggable.ts';
import { draggable } from '../../models/stylegan2/device/draggable.ts';
import { Generator } from '../../models/stylegan2/device/generator.ts';
import { latentStore } from '../../models/stylegan2/device/loaded_network.ts';
import { principalCoordinates } from '../../models/stylegan2/device/principal_coordinates.ts';
import { lastBlock } from '../../models/stylegan2/network/config.ts';
import { imageShape } from '../../models/stylegan2/network/outputs.ts';
import { synthesisCalls } from '../../models/stylegan2/network/synthesis.ts';
import type { GeneratorWeights } from '../../models/stylegan2/network/weights.ts';
import type { CellCounts } from '../counting.ts';
import { benchPoints } from '../points_and_mask.ts';
import { coneCells } from './cone_cells.ts';
import { CountingDevice } from './counting_device.ts';
import { type PlanCounts, planCounts } from './plan_report.ts';

/** The adapters whose kernels are taken. */
export type CountedAdapter = 'gpu' | 'software';

export interface CountedDrag {
  readonly points: number;
  readonly masked?: boolean;
  readonly space?: DragOptions['space'];
  readonly coverage?: DragOptions['coverage'];
}

/** A network on a device that counts. */
export class CountedNetwork {
  private constructor(
    private readonly counting: CountingDevice,
    private readonly generator: Generator,
  ) {}

  /** @param request kernels are those of an adapter that was not measured */
  static async load(
    weights: GeneratorWeights,
    request: {
      readonly adapter: CountedAdapter;
      readonly precision: Precision;
      readonly shaders: ShaderSource;
    },
  ): Promise<CountedNetwork> {
    const counting = new CountingDevice();
    const description = {
      ...{ vendor: '', architecture: '', device: '', description: 'counts', features: [] },
      isSoftware: request.adapter === 'software',
    };
    const engine = new Engine(counting.device, description, request.shaders);
    const generator = await Generator.load(engine, weights, { precision: request.precision });
    return new CountedNetwork(counting, generator);
  }

  /** An iteration of a drag, recorded by the drag itself. */
  async iteration({
    points: count,
    masked = false,
    space = 'w+',
    coverage = 'cone',
  }: CountedDrag): Promise<PlanCounts> {
    const dragged: Draggable = { ...draggable(this.generator) };
    if (space === 'principal')
      dragged.coordinates = async () => principalCoordinates(this.#anyBasis(), dragged.leaves);
    const loop = new DragLoop(dragged);
    const options = { ...startingOptions(dragged), space, coverage };
    const request = { points: count, masked, originKnown: space === 'z' };
    const shape = objectiveShape(dragged, options, request);
    await loop.configure(shape);
    this.counting.take();
    await loop.run(1, false);
    const points = benchPoints(count, dragged.picture);
    const block = dragged.fields.findIndex(({ name }) => name === shape.field);
    const cells =
      shape.coverage === 'dense'
        ? new Map<string, CellCounts>()
        : coneCells({ ...shape, block: 4 << block }, points);
    const counts = planCounts(loop.plan, this.counting.take(), cells);
    loop.destroy();
    return counts;
  }

  /** A picture. */
  async picture(): Promise<PlanCounts> {
    const { config, engine, arena } = this.generator;
    const store = latentStore(this.generator);
    store.create('image', 'map', imageShape(config));
    const calls = synthesisCalls(config, { upTo: lastBlock(config), image: true });
    const plan = await Plan.build({ calls, freeRounding: true }, { ...engine, store, arena });
    this.counting.take();
    plan.submit(engine.device);
    const counts = planCounts(plan, this.counting.take(), new Map());
    plan.destroy();
    store.destroy();
    return counts;
  }

  destroy(): void {
    this.generator.destroy();
  }

  /** Principal directions by their sizes alone: what they are needs a device. */
  #anyBasis() {
    const { zDim, wDim } = this.generator.config;
    const length = Math.min(zDim, wDim);
    return {
      wDim,
      mean: new Float64Array(wDim),
      directions: new Float64Array(length * wDim),
      deviations: new Float64Array(length).fill(1),
    };
  }
}
