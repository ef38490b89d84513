import { ParamsBuffer } from '../kernels/params.ts';
import type { Kernel, PipelineCache } from '../kernels/pipelines.ts';
import type { Shader } from '../kernels/shaders.ts';
import type { Arena } from '../memory/arena.ts';
import type { Precision } from '../memory/layouts.ts';
import { type DeviceTensor, TensorStore } from '../memory/tensors.ts';
import { tensorBytes, tensorShape } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';
import {
  backwardEntries,
  type Call,
  type EntryCall,
  forwardEntries,
  gradientOf,
} from './reversal.ts';
import { withVariants } from './variant_calls.ts';
import { overCells, type Setting, type Variants } from './variants.ts';
import { entryWork, type Work } from './work.ts';

/** The calls of a plan, and the gradients that it computes. */
export interface PlanRequest {
  readonly calls: readonly Call[];
  /** Tensors whose gradients the caller writes before a run; `d_<name>` is in the store. */
  readonly roots?: readonly string[];
  /** Tensors whose gradients are asked for; `d_<name>` is in the store and is cleared at the start of a run. */
  readonly wanted?: readonly string[];
  /** Calls after the backward pass (the optimiser). */
  readonly afterwards?: readonly Call[];
  /** The list, in the store, of the cells that an entry point covers; undefined for all cells. */
  readonly cells?: (entry: EntryCall) => CellList | undefined;
  /** True if results are not compared with another plan's, so that kernels may be taken that round differently. */
  readonly freeRounding?: boolean;
}

/** A tensor that lists cells of a map (shaders/lib/cells.wgsl). */
export interface CellList {
  readonly name: string;
  /** The most cells to compute that it can hold. */
  readonly computed: number;
  /** The same with the ring around them. */
  readonly covered: number;
}

/** The device, kernels and memory that a plan is built from. */
export interface PlanResources {
  readonly device: GPUDevice;
  readonly pipelines: PipelineCache;
  /** Tensors that outlive a run: weights, latents, kept results. All others come from the arena. */
  readonly store: TensorStore;
  readonly arena: Arena;
  /** Rules to choose among kernels that compute the same; without them the operations run as they are called. */
  readonly variants?: Variants;
}

/** One dispatch, and its work for as many cells as its list can hold. */
export interface Step extends EntryCall, Work {
  readonly label: string;
  readonly kernel: Kernel;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number];
  /** Name of the tensor that lists its cells, where it goes over a list. */
  readonly list: string | undefined;
}

/** A step before its buffers are placed. */
interface Draft extends EntryCall {
  readonly kernel: Kernel;
  /** Binding → plan tensor. */
  readonly tensors: ReadonlyMap<string, string>;
  readonly listed: number;
  readonly slot: number;
}

/** Most workgroups in one dimension that every adapter has. */
const maxWorkgroups = 65535;

/** Calls turned into dispatches, forward and reversed, with a buffer for every tensor. */
export class Plan {
  private constructor(
    readonly steps: readonly Step[],
    readonly params: ParamsBuffer,
    private readonly owned: TensorStore,
    private readonly cleared: readonly DeviceTensor[],
  ) {}

  /**
   * @throws RangeError where calls contradict each other, name a tensor that nothing makes, or leave a parameter out;
   * ShaderError where a kernel does not compile; DeviceLimitError where a tensor is too large.
   */
  static async build(request: PlanRequest, resources: PlanResources): Promise<Plan> {
    return new PlanBuilder(request, resources).build(
      (steps, params, owned, cleared) => new Plan(steps, params, owned, cleared),
    );
  }

  /** Sets fields of `struct Params` for all steps of the calls with this label, from the next run on. */
  setParams(label: string, values: Readonly<Record<string, number>>): void {
    this.params.set(label, values);
  }

  /** The labels of the calls that have a parameter. */
  labelsWith(param: string): string[] {
    const calls = this.steps.map(({ call }) => call).filter(({ params = {} }) => param in params);
    return [...new Set(calls.map(({ label }) => label))];
  }

  /** Records one run, in a pass that writes timestamps where it is given some. */
  record(encoder: GPUCommandEncoder, timestampWrites?: GPUComputePassTimestampWrites): void {
    this.#prepare(encoder);
    const pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
    for (const step of this.steps) dispatch(pass, step);
    pass.end();
  }

  /** Submits one run by itself. @param device the one on which the plan was built */
  submit(device: GPUDevice): void {
    const encoder = device.createCommandEncoder();
    this.record(encoder);
    device.queue.submit([encoder.finish()]);
  }

  /** Records one run, each step in a pass of its own that writes timestamps. */
  recordTimed(
    encoder: GPUCommandEncoder,
    timestamps: (step: number) => GPUComputePassTimestampWrites,
  ): void {
    this.#prepare(encoder);
    for (const [i, step] of this.steps.entries()) {
      const pass = encoder.beginComputePass({ label: step.label, timestampWrites: timestamps(i) });
      dispatch(pass, step);
      pass.end();
    }
  }

  #prepare(encoder: GPUCommandEncoder): void {
    this.params.flush();
    for (const { buffer, offset, bytes } of this.cleared)
      encoder.clearBuffer(buffer, offset, bytes);
  }

  get flops(): number {
    return this.steps.reduce((sum, step) => sum + step.flops, 0);
  }

  get bytes(): number {
    return this.steps.reduce((sum, step) => sum + step.bytes, 0);
  }

  destroy(): void {
    this.params.destroy();
    this.owned.destroy();
  }
}

export function dispatch(pass: GPUComputePassEncoder, step: Step): void {
  pass.setPipeline(step.kernel.pipeline);
  pass.setBindGroup(0, step.bindGroup);
  pass.dispatchWorkgroups(step.workgroups[0], step.workgroups[1]);
}

type MakePlan = (
  steps: Step[],
  params: ParamsBuffer,
  owned: TensorStore,
  cleared: DeviceTensor[],
) => Plan;

class PlanBuilder {
  readonly #request: Required<PlanRequest>;
  readonly #resources: PlanResources;
  /** The lists of all cells, owned by the plan. */
  readonly #owned: TensorStore;
  /** Bytes of every tensor that comes from the arena. */
  readonly #transient = new Map<string, number>();

  constructor(request: PlanRequest, resources: PlanResources) {
    this.#request = {
      roots: [],
      wanted: [],
      afterwards: [],
      freeRounding: false,
      ...request,
      cells: request.cells ?? (() => undefined),
    };
    this.#resources = resources;
    this.#owned = new TensorStore(resources.device, resources.store);
  }

  async build(make: MakePlan): Promise<Plan> {
    const { device, arena } = this.#resources;
    const params = new ParamsBuffer(device);
    try {
      const drafts = await this.#drafts(params);
      const placed = arena.place(this.#lifetimes(drafts));
      params.allocate();
      const steps = drafts.map((draft) => this.#step(draft, params, placed));
      const cleared = this.#request.wanted.map((tensor) => this.#owned.get(gradientOf(tensor)));
      return make(steps, params, this.#owned, cleared);
    } catch (error) {
      params.destroy();
      this.#owned.destroy();
      throw error;
    }
  }

  async #drafts(params: ParamsBuffer): Promise<Draft[]> {
    const { afterwards } = this.#request;
    const { pipelines, variants } = this.#resources;
    const calls = variants
      ? withVariants(this.#request.calls, variants, (call) =>
          settingOf(call, this.#owned, this.#request),
        )
      : this.#request.calls;
    const forward = forwardEntries(calls);
    const after = forwardEntries(afterwards);
    const shaders = new Map<string, Shader>();
    const names = new Set([...forward, ...after].map(({ operation }) => operation.shader));
    for (const { operation } of calls.flatMap((call) => call.fused ?? [call]))
      names.add(operationTable[operation].shader);
    await Promise.all(
      [...names].map(async (name) => shaders.set(name, await pipelines.shader(name))),
    );
    const entries = [
      ...forward,
      ...backwardEntries({ ...this.#request, calls }, shaders),
      ...after,
    ];
    const kernels = await Promise.all(
      entries.map(({ call, operation, entry }) =>
        pipelines.kernel(operation.shader, entry, weightPrecision(call, this.#owned)),
      ),
    );
    return entries.map((entry, i) => this.#draft(entry, kernels[i], params));
  }

  #draft(entryCall: EntryCall, kernel: Kernel, params: ParamsBuffer): Draft {
    const { call, operation, entry, direction, accumulate } = entryCall;
    const point = operation[direction][entry];
    let listed = 0;
    const tensors = new Map<string, string>();
    if (point.over !== undefined) {
      const list = this.#request.cells(entryCall) ?? this.#allCells(entryCall, point.over);
      listed = point.ring ? list.covered : list.computed;
      tensors.set('cell_list', list.name);
    }
    for (const { name } of kernel.shader.entryPoints.get(entry) ?? [])
      if (name !== 'cell_list')
        tensors.set(name, this.#tensor(entryCall, name, listed, kernel.shader));
    const slot = params.add(call.label, kernel.shader, {
      ...call.sizes,
      ...call.params,
      listed,
      accumulate: accumulate ? 1 : 0,
    });
    return { ...entryCall, kernel, tensors, listed, slot };
  }

  /** The plan tensor behind a shader variable. A new one comes from the arena. */
  #tensor(
    { call, operation }: EntryCall,
    variable: string,
    listed: number,
    { precision }: Shader,
  ): string {
    const gradient = variable.startsWith('d_') && !(variable in operation.tensors);
    const base = gradient ? variable.slice(2) : variable;
    const spec = operation.tensors[base];
    if (!spec) {
      const known = Object.keys(operation.tensors).join(', ');
      throw new RangeError(
        `shaders/${operation.shader}.wgsl has a variable ${variable}, but ${call.operation} has no such tensor; it has ${known} and cell_list`,
      );
    }
    const tensor = call.tensors[base] ?? `${call.label}.${base}`;
    const name = gradient ? gradientOf(tensor) : tensor;
    const sizes = { ...call.sizes, listed };
    const bytes = tensorBytes(spec, sizes, gradient ? 'f32' : precision);
    const known = this.#owned.find(name)?.bytes ?? this.#transient.get(name);
    if (known !== undefined && known !== bytes)
      throw new RangeError(
        `${call.label}: ${variable} takes ${bytes} bytes, tensor ${name} has ${known}`,
      );
    if (known === undefined) this.#transient.set(name, bytes);
    return name;
  }

  /** The list that stands for all cells of a map: it has the map's width in place of cells (shaders/lib/cells.wgsl). */
  #allCells({ call, operation }: EntryCall, over: string): CellList {
    const [, , height, width] = tensorShape(operation.tensors[over], call.sizes);
    const name = `all cells of ${height}×${width}`;
    const count = height * width;
    if (!this.#owned.find(name)) {
      const list = this.#owned.create(name, 'plain', [4]);
      const values = new Uint32Array([count, count, width, 0]);
      this.#resources.device.queue.writeBuffer(list.buffer, list.offset, values);
    }
    return { name, computed: count, covered: count };
  }

  #lifetimes(drafts: readonly Draft[]) {
    const first = new Map<string, number>();
    const last = new Map<string, number>();
    drafts.forEach(({ call, operation, direction, entry, tensors }, at) => {
      const { writes } = operation[direction][entry];
      for (const [variable, name] of tensors) {
        if (!this.#transient.has(name)) continue;
        if (!first.has(name)) {
          if (!writes.includes(variable))
            throw new RangeError(`${call.label} ${entry} reads ${name}, which nothing has made`);
          first.set(name, at);
        }
        last.set(name, at);
      }
    });
    return [...this.#transient].map(([name, bytes]) => ({
      name,
      bytes,
      first: first.get(name) ?? 0,
      last: last.get(name) ?? drafts.length,
    }));
  }

  #step(draft: Draft, params: ParamsBuffer, placed: ReadonlyMap<string, GPUBuffer>): Step {
    const { call, operation, entry, direction, accumulate, kernel, tensors, listed, slot } = draft;
    const { shader } = kernel;
    const entries: GPUBindGroupEntry[] = [];
    for (const { name: variable, binding } of shader.entryPoints.get(entry) ?? []) {
      const name = tensors.get(variable) ?? '';
      const transient = placed.get(name);
      const {
        buffer,
        offset,
        bytes: size,
      } = transient
        ? { buffer: transient, offset: 0, bytes: this.#transient.get(name) ?? transient.size }
        : this.#owned.get(name);
      entries.push({ binding, resource: { buffer, offset, size: Math.max(size, 16) } });
    }
    if (shader.paramsSize > 0)
      entries.push({ binding: shader.paramsBinding, resource: params.binding(slot) });
    const point = operation[direction][entry];
    const sizes = { ...call.sizes, listed };
    const label = `${call.label} ${entry}`;
    return {
      call,
      operation,
      entry,
      direction,
      accumulate,
      label,
      kernel,
      bindGroup: this.#resources.device.createBindGroup({ label, layout: kernel.layout, entries }),
      workgroups: spread(point.workgroups(sizes)),
      list: tensors.get('cell_list'),
      ...entryWork(draft, shader, listed),
    };
  }
}

/** How the weights of a call are stored; `f32` for a call without weights. */
export function weightPrecision({ tensors }: Call, store: TensorStore): Precision {
  const halves = Object.values(tensors).some(
    (name) => store.find(name)?.layout === 'convolution_half',
  );
  return halves ? 'f16' : 'f32';
}

/** What a plan asks of a convolution. */
export function settingOf(
  convolution: Call,
  store: TensorStore,
  { cells, freeRounding }: Pick<PlanRequest, 'cells' | 'freeRounding'>,
): Setting {
  const call = overCells(convolution);
  const operation = operationTable[call.operation];
  const { over } = operation.forward.forward;
  const precision = weightPrecision(call, store);
  if (over === undefined) return { listed: 0, precision };
  const [, , height, width] = tensorShape(operation.tensors[over], call.sizes);
  const entry: EntryCall = {
    call,
    operation,
    entry: 'forward',
    direction: 'forward',
    accumulate: false,
  };
  const list = cells?.(entry);
  const listed = list?.computed ?? height * width;
  return { listed, dense: list === undefined, freeRounding, precision };
}

/** Spreads a number of workgroups over two dimensions; kernels number them by `linear_workgroup` of lib/layout. */
function spread(workgroups: number): [number, number] {
  if (workgroups <= maxWorkgroups) return [workgroups, 1];
  const rows = Math.ceil(workgroups / maxWorkgroups);
  return [Math.ceil(workgroups / rows), rows];
}
