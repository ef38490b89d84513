import { ParamsBuffer } from '../kernels/params.ts';
import type { Kernel } from '../kernels/pipelines.ts';
import type { Shader } from '../kernels/shaders.ts';
import { type DeviceTensor, TensorStore } from '../memory/tensors.ts';
import { tensorBytes, tensorOf, tensorShape } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';
import { type BatchResources, withBatches } from './batches.ts';
import { fusedBackward } from './fused_layers.ts';
import { incompleteGradients } from './incomplete_gradients.ts';
import { PlanMemory, type StepTensors } from './plan_memory.ts';
import type { CellList, PlanRequest, PlanResources } from './plan_request.ts';
import {
  backwardEntries,
  type Call,
  type EntryCall,
  forwardEntries,
  gradientOf,
} from './reversal.ts';
import { settingOf, weightPrecision } from './setting.ts';
import { withStacks } from './stacks.ts';
import { type BoundTensor, type Step, spread } from './step.ts';
import { withVariants } from './variant_calls.ts';
import { entryWork } from './work.ts';

/** All that a plan consists of. */
export interface PlanParts {
  readonly steps: readonly Step[];
  readonly params: ParamsBuffer;
  /** Tensors that are the plan's own. */
  readonly owned: TensorStore;
  /** Gradients that are set to zero at the start of a run, since no kernel makes all of them. */
  readonly cleared: readonly DeviceTensor[];
}

/** A step before its buffers are placed. */
interface Draft extends EntryCall {
  readonly kernel: Kernel;
  /** Binding → plan tensor. */
  readonly tensors: ReadonlyMap<string, string>;
  readonly listed: number;
  /** Cells of its list without the ring. */
  readonly computed: number;
  readonly slot: number;
}

/** Makes the parts of a plan, once. */
export class PlanBuilder {
  readonly #request: Required<PlanRequest>;
  readonly #resources: PlanResources;
  /** The lists of all cells, owned by the plan. */
  readonly #owned: TensorStore;
  readonly #memory: PlanMemory;
  /** Wanted tensors whose gradients are not made whole. */
  #incomplete: readonly string[] = [];

  constructor(request: PlanRequest, resources: PlanResources) {
    this.#request = {
      roots: [],
      wanted: [],
      standing: [],
      afterwards: [],
      freeRounding: false,
      ...request,
      cells: request.cells ?? (() => undefined),
    };
    this.#resources = resources;
    this.#owned = new TensorStore(resources.device, resources.store);
    this.#memory = new PlanMemory(this.#owned);
  }

  async build(): Promise<PlanParts> {
    const { device, arena } = this.#resources;
    const params = new ParamsBuffer(device);
    try {
      const drafts = await this.#drafts(params);
      this.#memory.place(drafts.map(tensorsOf), arena);
      params.allocate();
      const steps = drafts.map((draft) => this.#step(draft, params));
      const cleared = this.#incomplete.map((tensor) => this.#owned.get(gradientOf(tensor)));
      return { steps, params, owned: this.#owned, cleared };
    } catch (error) {
      params.destroy();
      this.#owned.destroy();
      throw error;
    }
  }

  async #drafts(params: ParamsBuffer): Promise<Draft[]> {
    const { standing, afterwards } = this.#request;
    const { pipelines, variants } = this.#resources;
    const resources: BatchResources = {
      memory: this.#memory,
      writeTable: (label, words) => this.#writeTable(label, words),
    };
    const chosen = variants
      ? withVariants(this.#request.calls, variants, (call) =>
          settingOf(call, this.#owned, this.#request),
        )
      : this.#request.calls;
    const together = (some: readonly Call[]) =>
      variants ? withStacks(withBatches(some, resources), resources) : some;
    const calls = together(chosen);
    const forward = forwardEntries(calls);
    const after = forwardEntries(together(afterwards));
    const reversed = [...standing, ...calls];
    const shaders = new Map<string, Shader>();
    const names = new Set([...forward, ...after].map(({ operation }) => operation.shader));
    for (const { operation } of reversed.flatMap((call) => call.fused ?? [call]))
      names.add(operationTable[operation].shader);
    await Promise.all(
      [...names].map(async (name) => shaders.set(name, await pipelines.shader(name))),
    );
    const backward = backwardEntries({ ...this.#request, calls: reversed }, shaders);
    this.#incomplete = incompleteGradients(backward, this.#request);
    const fused = variants
      ? fusedBackward(backward, { ...this.#request, ...resources, after, shaders })
      : backward;
    const entries = [...forward, ...fused, ...after];
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
    let computed = 0;
    const tensors = new Map<string, string>();
    if (point.over !== undefined) {
      const list = this.#request.cells(entryCall) ?? this.#allCells(entryCall, point.over);
      computed = list.computed;
      listed = point.ring ? list.covered : computed;
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
    return { ...entryCall, kernel, tensors, listed, computed, slot };
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
    this.#memory.add(name, bytes, `${call.label}: ${variable}`);
    return name;
  }

  #writeTable(label: string, words: Uint32Array<ArrayBuffer>): string {
    const name = `members of ${label}`;
    const { buffer, offset } = this.#owned.create(name, 'plain', [words.length]);
    this.#resources.device.queue.writeBuffer(buffer, offset, words);
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

  #step(draft: Draft, params: ParamsBuffer): Step {
    const { call, operation, entry, direction, accumulate, kernel, tensors, listed, slot } = draft;
    const { shader } = kernel;
    const bound = (shader.entryPoints.get(entry) ?? []).map(
      ({ name: variable, binding, writable }): BoundTensor => {
        const tensor = tensors.get(variable) ?? '';
        const { buffer, offset, bytes, memory } = this.#memory.bind(tensor);
        const size = Math.max(bytes, 16);
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
      ...entryWork(draft, shader, draft),
    };
  }
}

/** What a step binds, and what it makes of that. */
function tensorsOf({ call, operation, direction, entry, tensors }: Draft): StepTensors {
  const { writes } = operation[direction][entry];
  return {
    label: `${call.label} ${entry}`,
    bound: [...tensors].map(([variable, name]) => ({ name, written: writes.includes(variable) })),
  };
}
