import { dispatch, Plan } from '../../src/engine/graph/plan.ts';
import type { CellList, PlanRequest } from '../../src/engine/graph/plan_request.ts';
import { type EntryCall, gradientOf } from '../../src/engine/graph/reversal.ts';
import type { PipelineCache } from '../../src/engine/kernels/pipelines.ts';
import { Arena } from '../../src/engine/memory/arena.ts';
import {
  type Precision,
  pack,
  paddedChannels,
  storedLayout,
  vectorStride,
} from '../../src/engine/memory/layouts.ts';
import { type DeviceTensor, readTensor, TensorStore } from '../../src/engine/memory/tensors.ts';
import { tensorShape } from '../../src/engine/operations/operation.ts';
import { operationTable } from '../../src/engine/operations/operations.ts';

/** Where trials run. Pipelines are shared, since the first dispatch of one takes long on a software adapter. */
export interface TrialResources {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  /** Of the weights of convolutions; f32 where it says none. */
  readonly precision?: Precision;
}

/** Whether a cell is computed, is of the ring that is set to zero, or neither. */
export type CellChoice = (row: number, column: number) => 'chosen' | 'ring' | 'none';

/**
 * A plan whose every tensor can be written and read. Whatever is not written is poisoned with NaN, so that padding
 * and stale data that a kernel should not have read show in its results.
 */
export class PlanTrial {
  private constructor(
    readonly plan: Plan,
    private readonly device: GPUDevice,
    private readonly store: TensorStore,
    private readonly arena: Arena,
  ) {}

  /** @param choice the cells that kernels cover; all, without it */
  static async build(
    request: PlanRequest,
    resources: TrialResources,
    choice?: CellChoice,
  ): Promise<PlanTrial> {
    const { device, pipelines, precision = 'f32' } = resources;
    const store = new TensorStore(device);
    const arena = new Arena(device);
    const names = new Set<string>();
    for (const call of request.calls)
      for (const [variable, spec] of Object.entries(operationTable[call.operation].tensors)) {
        // Its size is that of a list, which the plan knows.
        if (spec.axes.includes('listed')) continue;
        const name = call.tensors[variable] ?? `${call.label}.${variable}`;
        const shape = tensorShape(spec, call.sizes);
        const layouts = [
          { made: name, layout: storedLayout(spec.layout, precision) },
          { made: gradientOf(name), layout: spec.layout },
        ];
        for (const { made, layout } of layouts) {
          if (!names.has(made)) store.create(made, layout, shape);
          names.add(made);
        }
      }
    const cells = choice && cellLists(device, store, choice);
    const plan = await Plan.build({ ...request, cells }, { device, pipelines, store, arena });
    const trial = new PlanTrial(plan, device, store, arena);
    for (const name of names) trial.poison(name);
    return trial;
  }

  tensor(name: string): DeviceTensor {
    return this.store.get(name);
  }

  /**
   * Writes logical values. Padding is zero as far as kernels read groups of four; what lies between such groups and
   * the aligned row of a vector is poison.
   */
  write(name: string, values: ArrayLike<number>): void {
    const { layout, shape, buffer, offset } = this.store.get(name);
    const device = pack(layout, shape, values);
    if (layout === 'vector') {
      const length = shape[shape.length - 1];
      const rows = device.length / vectorStride(length);
      for (let row = 0; row < rows; row++)
        device.fill(
          Number.NaN,
          row * vectorStride(length) + paddedChannels(length),
          (row + 1) * vectorStride(length),
        );
    }
    this.device.queue.writeBuffer(buffer, offset, device);
  }

  poison(name: string): void {
    const { buffer, offset, bytes } = this.store.get(name);
    const poison = new Float32Array(bytes / 4).fill(Number.NaN);
    this.device.queue.writeBuffer(buffer, offset, poison);
  }

  /**
   * Runs the steps of one direction, or all, without clearing gradients first: what a kernel adds to, and what it
   * overwrites, is up to the caller.
   */
  run(direction?: 'forward' | 'backward'): void {
    this.plan.params.flush();
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const step of this.plan.steps)
      if (direction === undefined || step.direction === direction) dispatch(pass, step);
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /** Logical values. */
  read(name: string): Promise<Float32Array> {
    return this.store.read(name);
  }

  /** All floats as they lie on the device, padding included. */
  readDevice(name: string): Promise<Float32Array> {
    const tensor = this.store.get(name);
    return readTensor(this.device, { ...tensor, layout: 'plain', shape: [tensor.bytes / 4] });
  }

  destroy(): void {
    this.plan.destroy();
    this.store.destroy();
    this.arena.destroy();
  }
}

/** Gives every entry point the list of the chosen cells of the map that it covers. */
function cellLists(device: GPUDevice, store: TensorStore, choice: CellChoice) {
  return ({ call, operation, entry, direction }: EntryCall): CellList | undefined => {
    const { over } = operation[direction][entry];
    if (over === undefined) return undefined;
    const [, , height, width] = tensorShape(operation.tensors[over], call.sizes);
    const name = `cells of ${height}×${width}`;
    const cells = { chosen: [] as number[], ring: [] as number[] };
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const kind = choice(row, column);
        if (kind !== 'none') cells[kind].push((row << 16) | column);
      }
    if (!store.find(name)) {
      const list = store.create(name, 'plain', [4 + height * width]);
      const both = [...cells.chosen, ...cells.ring];
      const values = Uint32Array.of(cells.chosen.length, both.length, 0, 0, ...both);
      device.queue.writeBuffer(list.buffer, list.offset, values);
    }
    return { name, computed: height * width, covered: height * width };
  };
}
