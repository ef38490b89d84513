import { ParamsBuffer } from '../kernels/params.ts';
import type { Kernel } from '../kernels/pipelines.ts';
import type { Shader } from '../kernels/shaders.ts';
import { type DeviceTensor, TensorStore } from '../memory/tensors.ts';
import { tensorBytes, tensorOf, tensorShape } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';
import type { CellList, PlanRequest, PlanResources } from './plan_request.ts';
import { backwardEntries, type EntryCall, forwardEntries, gradientOf } from './reversal.ts';
import { settingOf, weightPrecision } from './setting.ts';
import { type BoundTensor, type Step, spread } from './step.ts';
import { withVariants } from './variant_calls.ts';
import { entryWork } from './work.ts';

/** All that a plan consists of. */
export interface PlanParts {
  readonly steps: readonly Step[];
  readonly params: ParamsBuffer;
  /** Tensors that are the plan's own. */
  readonly owned: TensorStore;
  /** Gradients that are set to zero at the start of a run. */
  readonly cleared: readonly DeviceTensor[];
}

/** A step before its buffers are placed. */
interface Draft extends EntryCall {
  readonly kernel: Kernel;
  /** Binding → plan tensor. */
  readonly tensors: ReadonlyMap<string, string>;
  readonly listed: number;
  readonly slot: number;
}

/** Makes the parts of a plan, once. */
export class PlanBuilder {
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

  async build(): Promise<PlanParts> {
    const { device, arena } = this.#resources;
    const params = new ParamsBuffer(device);
    try {
      const drafts = await this.#drafts(params);
      const placed = arena.place(this.#lifetimes(drafts));
      params.allocate();
      const steps = drafts.map((draft) => this.#step(draft, params, placed));
      const cleared = this.#request.wanted.map((tensor) => this.#owned.get(gradientOf(tensor)));
      return { steps, params, owned: this.#owned, cleared };
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
    const found = tensorOf(operation, variable);
    if (!found) {
      const known = Object.keys(operation.tensors).join(', ');
      throw new RangeError(
        `shaders/${operation.shader}.wgsl has a variable ${variable}, but ${call.operation} has no such tensor; it has ${known} and cell_list`,
      );
    }
    const { own, spec, gradient } = found;
    const tensor = call.tensors[own] ?? `${call.label}.${own}`;
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
    const bound = (shader.entryPoints.get(entry) ?? []).map(
      ({ name: variable, binding, writable }): BoundTensor => {
        const tensor = tensors.get(variable) ?? '';
        const transient = placed.get(tensor);
        const { buffer, offset, bytes } = transient
          ? { buffer: transient, offset: 0, bytes: this.#transient.get(tensor) ?? transient.size }
          : this.#owned.get(tensor);
        const size = Math.max(bytes, 16);
        const memory = transient ? tensor : buffer.label;
        return { variable, tensor, memory, binding, buffer, offset, size, writable };
      },
    );
    const entries: GPUBindGroupEntry[] = bound.map(({ binding, buffer, offset, size }) => ({
      binding,
      resource: { buffer, offset, size },
    }));
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
      bound,
      bindGroup: this.#resources.device.createBindGroup({ label, layout: kernel.layout, entries }),
      workgroups: spread(point.workgroups(sizes)),
      list: tensors.get('cell_list'),
      ...entryWork(draft, shader, listed),
    };
  }
}
