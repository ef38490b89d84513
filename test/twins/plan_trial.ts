import { Arena } from '../../src/engine/arena.ts';
import { pack, paddedChannels, vectorStride } from '../../src/engine/layouts.ts';
import { operationTable, tensorShape, tileSide } from '../../src/engine/operations.ts';
import type { PipelineCache } from '../../src/engine/pipelines.ts';
import { dispatch, Plan, type PlanRequest, tileListName } from '../../src/engine/plan.ts';
import { type Call, gradientOf } from '../../src/engine/reversal.ts';
import { type DeviceTensor, readTensor, TensorStore } from '../../src/engine/tensors.ts';

/** Where trials run. Pipelines are shared, since the first dispatch of one takes long on a software adapter. */
export interface TrialResources {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
}

/** Whether a tile is covered, by its row and column among the tiles. */
export type TileChoice = (row: number, column: number) => boolean;

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

  /** @param isChosen the tiles that kernels cover; all, without it */
  static async build(
    request: PlanRequest,
    resources: TrialResources,
    isChosen?: TileChoice,
  ): Promise<PlanTrial> {
    const { device, pipelines } = resources;
    const store = new TensorStore(device);
    const arena = new Arena(device);
    const names = new Set<string>();
    for (const call of request.calls)
      for (const [variable, spec] of Object.entries(operationTable[call.operation].tensors)) {
        const name = call.tensors[variable] ?? `${call.label}.${variable}`;
        const shape = tensorShape(spec, call.sizes);
        for (const made of [name, gradientOf(name)]) {
          if (!names.has(made)) store.create(made, spec.layout, shape);
          names.add(made);
        }
      }
    if (isChosen) createTileLists(request.calls, device, store, isChosen);
    const plan = await Plan.build(request, { device, pipelines, store, arena });
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

/** Lists of the chosen tiles of every map that some entry point covers, for the plan to find. */
function createTileLists(
  calls: readonly Call[],
  device: GPUDevice,
  store: TensorStore,
  isChosen: TileChoice,
): void {
  for (const { operation, sizes } of calls) {
    const { tensors, forward, backward } = operationTable[operation];
    for (const { over } of Object.values({ ...forward, ...backward })) {
      if (over === undefined) continue;
      const [, , height, width] = tensorShape(tensors[over], sizes);
      const name = tileListName(height, width);
      if (store.find(name)) continue;
      const [rows, columns] = [Math.ceil(height / tileSide), Math.ceil(width / tileSide)];
      const origins: number[] = [];
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          if (isChosen(row, column)) origins.push(((row * tileSide) << 16) | (column * tileSide));
      const list = store.create(name, 'plain', [rows * columns + 1]);
      const values = Uint32Array.of(origins.length, ...origins);
      device.queue.writeBuffer(list.buffer, list.offset, values);
    }
  }
}
