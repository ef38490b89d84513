import type { IterationRecord } from '../drag/records.ts';
import type { Engine } from '../engine/device.ts';
import { Generator } from '../engine/generator.ts';
import type { Precision } from '../engine/layouts.ts';
import type { Plan } from '../engine/plan.ts';
import { totalWork } from '../engine/work.ts';
import type { GeneratorWeights } from '../stylegan2/weights.ts';
import { type CellCounts, planWork, stepWork } from './counting.ts';
import { benchLatent, DragRun } from './drag_run.ts';
import { MemoryWatch } from './memory.ts';
import { benchPoints } from './points.ts';
import { median, relativeDifference, round, type Times, times } from './statistics.ts';

export interface IterationBenchRequest {
  /** What is dragged, for the report: `512`, `demo`. */
  readonly shape: string;
  readonly weights: GeneratorWeights;
  readonly points: number;
  readonly masked?: boolean;
  /** Of the convolutions' weights; the generator's choice by default. */
  readonly precision?: Precision;
  /** Rounds of a dense iteration and some of the cone; as many as there is time for by default. */
  readonly repeats?: number;
  /** How long it may take in seconds, where `repeats` does not say. */
  readonly seconds?: number;
}

/** All dispatches of an entry point in an iteration. */
export interface KernelReport {
  readonly operation: string;
  readonly shader: string;
  readonly entry: string;
  readonly dispatches: number;
  readonly macs: number;
  readonly flops: number;
  readonly bytes: number;
  /** By the device's clock, where it has one. */
  readonly ms: number | null;
}

/** An iteration, of the cone alone or of whole maps. */
export interface CoverageReport extends Times {
  /** Multiply-adds of the convolutions, as dispatched. */
  readonly macs: number;
  readonly flops: number;
  readonly bytes: number;
  readonly dispatches: number;
  /** The first iteration, kernels that are compiled at their first use included. */
  readonly first_ms: number;
  readonly kernels: readonly KernelReport[];
}

export interface IterationReport {
  readonly shape: string;
  readonly resolution: number;
  readonly channels: Readonly<Record<string, number>>;
  readonly parameters: number;
  /** Of the convolutions' weights as they are stored. */
  readonly precision: Precision;
  readonly points: number;
  readonly handles: readonly (readonly [number, number])[];
  readonly masked: boolean;
  readonly cone: CoverageReport & {
    /** Iterations in one submission, and what one of them then takes. */
    readonly batch: { readonly iterations: number; readonly median_ms: number };
    /** With a mask the loss is dense: `cone` is then what `coverage: cone` runs. */
    readonly cells: Readonly<Record<string, number>>;
    /** MACs with the first handle at other places of the picture: how the cone lies on the grids decides. */
    readonly macs_over_places: {
      readonly min: number;
      readonly median: number;
      readonly max: number;
    } | null;
  };
  readonly dense: CoverageReport;
  /** Median of the ratios dense to cone of each round. */
  readonly speedup: number;
  readonly fewer_macs: number;
  /** Largest relative difference between cone and dense. */
  readonly agreement: { readonly loss: number; readonly gradient: number };
  readonly memory: {
    readonly weights_bytes: number;
    /** With weights, cone, and all that drawing pictures needs. */
    readonly session_with_display_bytes: number;
    /** With the dense iteration beside it. */
    readonly peak_bytes: number;
  };
  readonly variants: readonly string[];
}

export type Progress = (what: string) => void;

const defaultSeconds = 40;
const conesInRound = 5;
const batchIterations = 4;
const placesOnSide = 7;
/** What cone and dense may differ by: rounding, and slopes of leaky ReLU that it flips. SPEC §7. */
const lossTolerance = 1e-4;
const gradientTolerance = 5e-4;

/**
 * One drag iteration over the dependency cone and over whole maps, in turns on one device.
 * @throws Error where the two do not give the same loss and gradient
 */
export async function runIterationBench(
  engine: Engine,
  request: IterationBenchRequest,
  onProgress: Progress = () => {},
): Promise<IterationReport> {
  const began = performance.now();
  const { masked = false, precision, weights } = request;
  const memory = new MemoryWatch(engine.device);
  onProgress('packing the weights');
  const generator = await Generator.load(engine, weights, { precision });
  const runs: DragRun[] = [];
  try {
    const weightBytes = memory.bytes;
    const { config } = generator;
    const ws = benchLatent(config.numWs, config.wDim);
    const points = benchPoints(request.points, config.resolution);
    onProgress('compiling the kernels');
    const cone = await DragRun.begin(generator, ws, points, { coverage: 'cone', masked });
    runs.push(cone);
    const [coneRecord, coneFirst] = await timed(() => cone.trace());
    await generator.prepare();
    const withDisplay = memory.bytes;
    onProgress('a dense iteration, to compare with');
    const dense = await DragRun.begin(generator, ws, points, {
      coverage: 'dense',
      masked,
      known: masked ? undefined : cone,
    });
    runs.push(dense);
    const [denseRecord, denseFirst] = await timed(() => dense.trace());
    const agreement = compare(coneRecord, denseRecord);

    const left = () => (request.seconds ?? defaultSeconds) * 1000 - (performance.now() - began);
    const rounds = await timeRounds(cone, dense, request.repeats, left, onProgress);
    const batches: number[] = [];
    for (let i = 0; i < (masked ? 1 : 2); i++) batches.push(await cone.timeBatch(batchIterations));
    const coneSteps = await cone.timeSteps();
    const counts = await cone.cellCounts();
    const places = masked ? [] : await cone.cellCountsOverPlaces(placesOnSide);
    const macs = places.map((cells) => planWork(cone.plan, cells).macs);
    const roomForSteps = request.repeats !== undefined || left() > 1.5 * denseFirst;
    const denseSteps = roomForSteps ? await dense.timeSteps() : undefined;

    const coneReport = {
      ...coverageReport(cone.plan, counts, coneSteps, rounds.cone, coneFirst),
      batch: { iterations: batchIterations, median_ms: round(median(batches)) },
      cells: Object.fromEntries([...counts].map(([name, { computed }]) => [name, computed])),
      macs_over_places:
        macs.length > 0
          ? { min: Math.min(...macs), median: median(macs), max: Math.max(...macs) }
          : null,
    };
    const denseReport = coverageReport(dense.plan, new Map(), denseSteps, rounds.dense, denseFirst);
    return {
      shape: request.shape,
      resolution: config.resolution,
      channels: Object.fromEntries(config.channels),
      parameters: config.parameters,
      precision: generator.precision,
      points: request.points,
      handles: points.map(({ handle }) => [handle[0], handle[1]]),
      masked,
      cone: coneReport,
      dense: denseReport,
      speedup: round(median(rounds.ratios)),
      fewer_macs: round(denseReport.macs / coneReport.macs),
      agreement,
      memory: {
        weights_bytes: weightBytes,
        session_with_display_bytes: withDisplay,
        peak_bytes: memory.peak,
      },
      variants: variantsOf([cone.plan, dense.plan]),
    };
  } finally {
    for (const run of runs) run.destroy();
    generator.destroy();
    memory.end();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  return [await work(), performance.now() - began];
}

function compare(
  cone: IterationRecord,
  dense: IterationRecord,
): { loss: number; gradient: number } {
  const loss = relativeDifference([cone.lossMotion], [dense.lossMotion]);
  const gradient = relativeDifference(cone.gradient ?? [], dense.gradient ?? [Number.NaN]);
  if (!(loss <= lossTolerance && gradient <= gradientTolerance))
    throw new Error(`cone and dense differ: the loss by ${loss}, the gradient by ${gradient}`);
  return { loss, gradient };
}

/** Both in turns, so that what else the machine does falls on both. */
async function timeRounds(
  cone: DragRun,
  dense: DragRun,
  repeats: number | undefined,
  left: () => number,
  onProgress: Progress,
) {
  const result = { cone: [] as number[], dense: [] as number[], ratios: [] as number[] };
  // What compiles at first use has been used; this is not timed.
  await cone.time();
  for (let roundLeft = repeats ?? mostRounds; roundLeft > 0; roundLeft--) {
    onProgress(`round ${result.dense.length + 1}`);
    const began = performance.now();
    const own: number[] = [];
    for (let i = 0; i < conesInRound; i++) own.push(await cone.time());
    const whole = await dense.time();
    result.cone.push(...own);
    result.dense.push(whole);
    result.ratios.push(whole / median(own));
    if (repeats === undefined && left() < 1.2 * (performance.now() - began)) break;
  }
  return result;
}

/** Where there is time for any number. */
const mostRounds = 20;

function coverageReport(
  plan: Plan,
  counts: ReadonlyMap<string, CellCounts>,
  steps: readonly number[] | undefined,
  milliseconds: readonly number[],
  first: number,
): CoverageReport {
  return {
    ...times(milliseconds),
    ...planWork(plan, counts),
    dispatches: plan.steps.length,
    first_ms: round(first),
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

const variantsOf = (plans: readonly Plan[]): string[] =>
  [
    ...new Set(
      plans.flatMap(({ steps }) =>
        steps.map(({ call, entry, direction }) => `${call.operation}:${direction}:${entry}`),
      ),
    ),
  ].sort();
