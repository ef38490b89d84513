import type { Plan } from '../engine/graph/plan.ts';
import { totalWork } from '../engine/graph/work.ts';
import type { Precision } from '../engine/memory/layouts.ts';
import { type CellCounts, planWork, stepWork } from './counting.ts';
import { round, type Times, times } from './statistics.ts';

/** All dispatches of an entry point in an iteration. */
export interface KernelReport {
  readonly operation: string;
  readonly shader: string;
  readonly entry: string;
  readonly dispatches: number;
  readonly macs: number;
  readonly flops: number;
  readonly bytes: number;
  /** Milliseconds by the device's clock; null if it has none, or there was no time to measure. */
  readonly ms: number | null;
}

/** An iteration, of the cone alone or of whole maps. */
export interface CoverageReport extends Times {
  /** Multiply-adds of the convolutions, as dispatched. */
  readonly macs: number;
  readonly flops: number;
  readonly bytes: number;
  readonly dispatches: number;
  readonly kernels: readonly KernelReport[];
}

export interface IterationReport {
  readonly shape: string;
  readonly resolution: number;
  readonly channels: Readonly<Record<string, number>>;
  readonly parameters: number;
  /** How the convolutions' weights are stored. */
  readonly precision: Precision;
  readonly points: number;
  readonly handles: readonly (readonly [number, number])[];
  readonly masked: boolean;
  /** With a mask the loss depends on every cell, so that this is the dense iteration. */
  readonly cone: CoverageReport & {
    /** Iterations in one submission, and what one of them then takes; null where there was no time. */
    readonly batch: { readonly iterations: number; readonly median_ms: number } | null;
    readonly cells: Readonly<Record<string, number>>;
    /**
     * Multiply-adds with the first handle at other places of the picture: they depend on how the cone lies on the
     * grids.
     */
    readonly macs_over_places: {
      readonly min: number;
      readonly median: number;
      readonly max: number;
    } | null;
  };
  readonly dense: CoverageReport;
  /** With a mask: its loss estimated from a part of the map, over the cone of those tiles and the points. */
  readonly sampled: (CoverageReport & { readonly fraction: number }) | null;
  /** Time of a dense iteration over a cone iteration: the median of the rounds; 1 with a mask. */
  readonly speedup: number;
  readonly fewer_macs: number;
  /** Largest relative differences between cone and dense; null with a mask, where the two are one. */
  readonly agreement: { readonly loss: number; readonly gradient: number } | null;
  readonly memory: {
    readonly weights_bytes: number;
    /** Bytes of the weights, the cone iteration, and all that drawing pictures needs. */
    readonly session_with_display_bytes: number;
    /** The same with the dense iteration beside it. */
    readonly peak_bytes: number;
  };
  /** Every kernel that was used: `operation:direction:entry`. */
  readonly variants: readonly string[];
}

/** @param steps milliseconds of each step */
export function coverageReport(
  plan: Plan,
  counts: ReadonlyMap<string, CellCounts>,
  steps: readonly number[] | undefined,
  milliseconds: readonly number[],
): CoverageReport {
  return {
    ...times(milliseconds),
    ...planWork(plan, counts),
    dispatches: plan.steps.length,
    kernels: kernelReports(plan, counts, steps),
  };
}

function kernelReports(
  plan: Plan,
  counts: ReadonlyMap<string, CellCounts>,
  steps: readonly number[] | undefined,
): KernelReport[] {
  const groups = new Map<string, number[]>();
  for (const [i, step] of plan.steps.entries()) {
    const key = `${step.call.operation} ${step.direction} ${step.entry}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()].map((indices) => {
    const { call, operation, entry } = plan.steps[indices[0]];
    const work = totalWork(indices.map((i) => stepWork(plan.steps[i], counts)));
    const ms = steps ? round(indices.reduce((sum, i) => sum + steps[i], 0)) : null;
    return {
      operation: call.operation,
      shader: operation.shader,
      entry,
      dispatches: indices.length,
      ...work,
      ms,
    };
  });
}

/** Every kernel of some plans, once. */
export const variantsOf = (plans: readonly Plan[]): string[] =>
  [
    ...new Set(
      plans.flatMap(({ steps }) =>
        steps.map(({ call, entry, direction }) => `${call.operation}:${direction}:${entry}`),
      ),
    ),
  ].sort();
