import type { IterationRecord } from '../drag/device/records.ts';
import type { Engine } from '../engine/device.ts';
import type { Precision } from '../engine/memory/layouts.ts';
import { Generator } from '../models/stylegan2/device/generator.ts';
import type { GeneratorWeights } from '../models/stylegan2/network/weights.ts';
import { Budget } from './budget.ts';
import { type CellCounts, planWork } from './counting.ts';
import { coverageReport, type IterationReport, variantsOf } from './iteration_report.ts';
import { benchLatent, MeasuredDrag } from './measured_drag.ts';
import { MemoryWatch } from './memory.ts';
import { benchPoints } from './points_and_mask.ts';
import { Rounds } from './rounds.ts';
import { median, relativeDifference, round } from './statistics.ts';

export interface IterationBenchRequest {
  /** The network's name in the report: `512`, `demo`. */
  readonly shape: string;
  readonly weights: GeneratorWeights;
  readonly points: number;
  readonly masked?: boolean;
  /** How the convolutions' weights are stored; the generator's choice by default. */
  readonly precision?: Precision;
  /** Rounds, each of some iterations of the cone and a dense one; by default as many as there is time for. */
  readonly repeats?: number;
  readonly budget?: Budget;
  /** Ends the bench between two phases. */
  readonly signal?: AbortSignal;
}

export type Progress = (what: string) => void;

/** Cone iterations in a round: `few`, or `most` where there is time for `plenty`. */
const most = 5;
const few = 3;
const plenty = 50;
/** Milliseconds: if an iteration takes this long, the first round counts the one already made and makes no others. */
const longEnough = 5000;
const batchIterations = 4;
const placesOnSide = 7;
/** Milliseconds for the kernels that list the cone's cells: the most on any machine seen. */
const placeCost = 40;
/** Most rounds, however much time there is. */
const mostRounds = 20;
/** Fraction of the map that is sampled for the mask loss. */
const sampledFraction = 0.05;
/** Largest relative differences of cone and dense: rounding, and slopes of leaky ReLU that it flips. SPEC §7. */
const lossTolerance = 1e-4;
const gradientTolerance = 5e-4;

/**
 * One drag iteration over the dependency cone and over whole maps, in turns on one device. Each is run once whatever
 * the budget; what is left of it goes to kernel times and to further rounds.
 * @throws Error where the two do not give the same loss and gradient; the signal's reason where it is aborted
 */
export async function runIterationBench(
  engine: Engine,
  request: IterationBenchRequest,
  onProgress: Progress = () => {},
): Promise<IterationReport> {
  const {
    masked = false,
    precision,
    weights,
    repeats = mostRounds,
    budget = new Budget(),
    signal,
  } = request;
  const phase = (what: string) => {
    signal?.throwIfAborted();
    onProgress(what);
  };
  const memory = new MemoryWatch(engine.device);
  phase('packing the weights');
  const generator = await Generator.load(engine, weights, { precision });
  const runs: MeasuredDrag[] = [];
  try {
    const weightBytes = memory.bytes;
    const { config } = generator;
    const ws = benchLatent(config.numWs, config.wDim);
    const points = benchPoints(request.points, config);
    const begin = async (options: Partial<Parameters<typeof MeasuredDrag.begin>[3]>) => {
      const known = runs[0];
      const all = { coverage: 'cone' as const, masked, known, ...options };
      runs.push(await MeasuredDrag.begin(generator, ws, points, all));
      return runs[runs.length - 1];
    };
    phase('compiling the kernels');
    const cone = await begin({});
    await generator.prepare();
    const withDisplay = memory.bytes;
    const dense = masked ? cone : await begin({ coverage: 'dense' });
    const local = masked ? await begin({ sampling: sampledFraction }) : cone;
    const first = await local.timedTrace();

    phase('a dense iteration');
    const known = first.milliseconds > longEnough ? [first.milliseconds] : [];
    const localsInRound = budget.fits(plenty * first.milliseconds) ? most : few;
    const rounds = new Rounds(local, dense, localsInRound, known);
    const denseRecord = await rounds.next();
    const agreement = masked ? null : compare(first.record, denseRecord);

    phase('kernel times');
    const times = { local: median(rounds.local), dense: median(rounds.dense) };
    const localSteps = budget.fits(times.local) ? await local.timeSteps() : undefined;
    const counts = await local.cellCounts();
    const batchable = !masked && budget.fits(2 * batchIterations * times.local);
    const batches = batchable
      ? [await cone.timeBatch(batchIterations), await cone.timeBatch(batchIterations)]
      : [];
    const placed = !masked && budget.fits(placeCost * placesOnSide ** 2);
    const macs = (placed ? await cone.cellCountsOverPlaces(placesOnSide) : []).map(
      (cells) => planWork(cone.plan, cells).macs,
    );
    phase('kernel times of the dense iteration');
    const denseSteps = budget.fits(times.dense) ? await dense.timeSteps() : undefined;
    while (rounds.dense.length < repeats && budget.fits(rounds.cost)) {
      phase(`round ${rounds.dense.length + 1}`);
      await rounds.next();
    }

    const whole = new Map<string, CellCounts>();
    const denseReport = coverageReport(dense.plan, whole, denseSteps, rounds.dense);
    const localReport = coverageReport(local.plan, counts, localSteps, rounds.local);
    const coneReport = masked ? denseReport : localReport;
    return {
      shape: request.shape,
      resolution: config.resolution,
      channels: Object.fromEntries(config.channels),
      parameters: config.parameters,
      precision: generator.precision,
      points: request.points,
      handles: points.map(({ handle }) => [handle[0], handle[1]]),
      masked,
      cone: {
        ...coneReport,
        batch:
          batches.length > 0
            ? { iterations: batchIterations, median_ms: round(median(batches)) }
            : null,
        cells: masked
          ? {}
          : Object.fromEntries([...counts].map(([name, { computed }]) => [name, computed])),
        macs_over_places:
          macs.length > 0
            ? { min: Math.min(...macs), median: median(macs), max: Math.max(...macs) }
            : null,
      },
      dense: denseReport,
      sampled: masked ? { ...localReport, fraction: sampledFraction } : null,
      speedup: masked ? 1 : round(median(rounds.ratios)),
      fewer_macs: round(denseReport.macs / coneReport.macs),
      agreement,
      memory: {
        weights_bytes: weightBytes,
        session_with_display_bytes: withDisplay,
        peak_bytes: memory.peak,
      },
      variants: variantsOf(runs.map(({ plan }) => plan)),
    };
  } finally {
    for (const run of runs) run.destroy();
    generator.destroy();
    memory.end();
  }
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
