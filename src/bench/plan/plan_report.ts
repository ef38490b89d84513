import type { Plan } from '../../engine/graph/plan.ts';
import type { BoundTensor, Step } from '../../engine/graph/step.ts';
import { type CellCounts, stepWork } from '../counting.ts';
import type { RecordedDispatch, Recording } from './counting_device.ts';

/** A dispatch of a plan. */
export interface PlanRow {
  /** The call and its entry point. */
  readonly label: string;
  /** The shader and its entry point. */
  readonly kernel: string;
  readonly workgroups: number;
  /** Workgroups that the lists at hand fill. */
  readonly used: number;
  /** Invocations in a workgroup. */
  readonly size: number;
  readonly bytes: number;
  readonly macs: number;
  /** True if it waits for those before it. */
  readonly barrier: boolean;
  /** How many dispatches, of those that hand each other data, come before it. */
  readonly level: number;
  /** Cells of its list, the ring left out; null where it goes over none. */
  readonly cells: number | null;
  /** Sizes and gains of its call, from which a model of its time can be made (bench/model_plan.ts). */
  readonly sizes: Readonly<Record<string, number>>;
  /** Bytes of convolution weights, of which `bytes` counts. */
  readonly weight_bytes: number;
}

/** What a device would get. Counts are those of one iteration, or of one picture. */
export interface PlanCounts {
  readonly dispatches: number;
  readonly barriers: number;
  /** Longest chain of dispatches of which each reads what another has written. */
  readonly levels: number;
  readonly clears: number;
  readonly copies: number;
  readonly bytes: number;
  readonly macs: number;
  /** Bytes of sums of parts that go through memory: each is written once and read once. */
  readonly partial_bytes: number;
  /** Different kernels. */
  readonly pipelines: number;
  readonly rows: readonly PlanRow[];
}

/** @param recording what the plan, and whatever belongs to an iteration beside it, recorded */
export function planCounts(
  plan: Plan,
  recording: Recording,
  cells: ReadonlyMap<string, CellCounts>,
): PlanCounts {
  const { dispatches, clears, copies } = recording;
  const byGroup = new Map(plan.steps.map((step) => [step.bindGroup, step]));
  const levels = new Levels();
  const rows = dispatches.map((dispatch) => {
    const step = byGroup.get(dispatch.bindGroup);
    if (!step) throw new RangeError('a dispatch was recorded that is none of the plan');
    return rowOf(step, dispatch, cells, levels.next(step));
  });
  const sum = (value: (row: PlanRow) => number) => rows.reduce((all, row) => all + value(row), 0);
  return {
    dispatches: rows.length,
    barriers: rows.filter(({ barrier }) => barrier).length,
    levels: 1 + Math.max(...rows.map(({ level }) => level)),
    clears,
    copies,
    bytes: Math.round(sum(({ bytes }) => bytes)),
    macs: sum(({ macs }) => macs),
    partial_bytes: plan.steps.reduce((bytes, step) => bytes + partialBytes(step, cells), 0),
    pipelines: new Set(rows.map(({ kernel }) => kernel)).size,
    rows,
  };
}

function rowOf(
  step: Step,
  { workgroups, barrier }: RecordedDispatch,
  cells: ReadonlyMap<string, CellCounts>,
  level: number,
): PlanRow {
  const { call, operation, entry, direction, kernel } = step;
  const point = operation[direction][entry];
  const counts = step.list === undefined ? undefined : cells.get(step.list);
  const listed = counts && (point.ring ? counts.covered : counts.computed);
  const { bytes, macs } = stepWork(step, cells);
  return {
    label: step.label,
    kernel: `${operation.shader}:${entry}`,
    workgroups,
    used: listed === undefined ? workgroups : point.workgroups({ ...call.sizes, listed }),
    size: workgroupSize(kernel.shader.code, entry),
    bytes: Math.round(bytes),
    macs,
    barrier,
    level,
    cells: counts?.computed ?? null,
    sizes: call.sizes,
    weight_bytes: step.bound
      .filter(({ variable }) => operation.tensors[variable]?.layout === 'convolution')
      .reduce((sum, { size }) => sum + size, 0),
  };
}

/** Sums of parts (`parts`, `d_parts`) that a step writes, over the cells that its list holds. */
function partialBytes(step: Step, cells: ReadonlyMap<string, CellCounts>): number {
  const { bound, operation, direction, entry } = step;
  const counts = step.list === undefined ? undefined : cells.get(step.list);
  return bound
    .filter(({ variable }) => /^(d_)?parts$/.test(variable))
    .filter(({ variable }) => operation[direction][entry].writes.includes(variable))
    .reduce((sum, { size }) => {
      const most = sizeOfList(step);
      return sum + (counts && most ? Math.round((size * counts.computed) / most) : size);
    }, 0);
}

/** Cells for which a list of this step has room. */
function sizeOfList({ bound, operation, direction, entry }: Step): number | undefined {
  const list = bound.find(({ variable }) => variable === 'cell_list');
  if (!list || operation[direction][entry].ring) return undefined;
  return list.size / 4 - 4;
}

/** @throws RangeError where the size is no number, nor a constant of the text */
function workgroupSize(code: string, entry: string): number {
  const text = new RegExp(`@workgroup_size\\((\\w+)\\)\\s*fn ${entry}\\(`).exec(code)?.[1] ?? '';
  const size = Number(text) || Number(new RegExp(`const ${text} = (\\d+)u?;`).exec(code)?.[1]);
  if (!size) throw new RangeError(`entry point ${entry} has a workgroup of ${text}`);
  return size;
}

/** Levels in the graph of data: a step comes after those that wrote what it reads. */
class Levels {
  /** What was written, by tensor: buffers that the arena hands from one tensor to the next tie nothing. */
  readonly #written = new Map<string, { readonly bound: BoundTensor; readonly level: number }[]>();

  next({ bound }: Step): number {
    let level = 0;
    for (const one of bound)
      for (const writer of this.#written.get(one.memory) ?? [])
        if (overlap(one, writer.bound)) level = Math.max(level, writer.level + 1);
    for (const one of bound.filter(({ writable }) => writable)) {
      const writers = this.#written.get(one.memory) ?? [];
      this.#written.set(one.memory, [...writers, { bound: one, level }]);
    }
    return level;
  }
}

const overlap = (a: BoundTensor, b: BoundTensor): boolean =>
  a.offset < b.offset + b.size && b.offset < a.offset + a.size;
