import type { Engine } from '../engine/device.ts';
import type { Plan } from '../engine/graph/plan.ts';
import type { Step } from '../engine/graph/step.ts';
import type { Precision } from '../engine/memory/layouts.ts';
import { Generator } from '../models/stylegan2/device/generator.ts';
import type { GeneratorWeights } from '../models/stylegan2/network/weights.ts';
import { Budget } from './budget.ts';
import { type CellCounts, stepWork } from './counting.ts';
import { ForwardRun } from './forward_run.ts';
import type { Progress } from './iteration.ts';
import { timeStep, timeStepFromHost } from './kernel_times.ts';
import { benchLatent, MeasuredDrag } from './measured_drag.ts';
import { measurePeaks, type Peaks } from './peaks.ts';
import { benchPoints } from './points_and_mask.ts';
import { round } from './statistics.ts';

/** The figures of one entry point on one shape that occurs. */
export interface OperationReport {
  /** Where it occurs: in the dependency cone, over whole maps, or in a picture. */
  readonly within: 'cone' | 'dense' | 'picture';
  readonly operation: string;
  readonly direction: string;
  readonly entry: string;
  readonly sizes: Readonly<Record<string, number>>;
  /** Cells in its list; null if it runs over all cells. */
  readonly cells: number | null;
  readonly macs: number;
  readonly flops: number;
  readonly bytes: number;
  readonly ms: number;
  readonly gflops: number;
  readonly gbs: number;
  /**
   * Fraction of the speed that the peaks allow for its operations and bytes; null if its time was too short to measure.
   */
  readonly roofline: number | null;
}

export interface OperationsReport {
  readonly shape: string;
  /** How the convolutions' weights are stored. */
  readonly precision: Precision;
  readonly peak_gflops: number;
  readonly peak_gbs: number;
  /** Where the peaks come from: given, as the card's data sheet has them, or measured here. */
  readonly peaks: 'given' | 'measured';
  /** The clock that took the times: the host's if the device has no timestamps. */
  readonly clock: 'device' | 'host';
  /** Number of kernels for which there was no time. */
  readonly left_out: number;
  readonly operations: readonly OperationReport[];
}

export interface OperationsBenchRequest {
  readonly shape: string;
  readonly weights: GeneratorWeights;
  readonly precision?: Precision;
  /** The card's peaks; measured by default. */
  readonly peaks?: Peaks;
  /** No further kernel is begun once it is over. */
  readonly budget?: Budget;
}

/**
 * Every kernel by itself, on every shape on which an iteration or a picture runs it.
 * @param matmul src/bench/matmul.wgsl
 */
export async function runOperationsBench(
  engine: Engine,
  request: OperationsBenchRequest,
  matmul: string,
  onProgress: Progress = () => {},
): Promise<OperationsReport> {
  const { budget = new Budget() } = request;
  const { device } = engine;
  if (!request.peaks) onProgress('what the adapter can do at best');
  const peaks = request.peaks ?? (await measurePeaks(device, matmul));
  onProgress('packing the weights');
  const generator = await Generator.load(engine, request.weights, { precision: request.precision });
  const { config } = generator;
  const ws = benchLatent(config.numWs, config.wDim);
  const points = benchPoints(1, config);
  onProgress('compiling the kernels');
  const cone = await MeasuredDrag.begin(generator, ws, points, { coverage: 'cone', masked: false });
  // The cone's lists are those of an iteration from here on; the other plans need no values to be timed.
  await cone.trace();
  const counts = await cone.cellCounts();
  const dense = await MeasuredDrag.begin(generator, ws, points, {
    coverage: 'dense',
    masked: false,
    known: cone,
  });
  const picture = await ForwardRun.begin(generator);
  const plans: [OperationReport['within'], Plan][] = [
    ['cone', cone.plan],
    ['dense', dense.plan],
    ['picture', picture.plan],
  ];
  const operations: OperationReport[] = [];
  const seen = new Set<string>();
  let left = 0;
  for (const [within, plan] of plans) {
    onProgress(`${within}: ${plan.steps.length} kernels`);
    for (const step of [...plan.steps].sort((a, b) => a.flops - b.flops)) {
      const lists = within === 'cone' ? counts : new Map<string, CellCounts>();
      const key = JSON.stringify([
        step.call.operation,
        step.entry,
        step.call.sizes,
        cellsOf(step, lists),
      ]);
      if (seen.has(key)) continue;
      seen.add(key);
      if (budget.left <= 0) {
        left++;
        continue;
      }
      const ms = (await timeStep(device, step)) ?? (await timeStepFromHost(device, step));
      operations.push(report(step, within, lists, ms, peaks));
    }
  }
  if (left > 0) onProgress(`${left} kernels are left out; a larger --seconds times them`);
  picture.destroy();
  dense.destroy();
  cone.destroy();
  generator.destroy();
  return {
    shape: request.shape,
    precision: generator.precision,
    peak_gflops: round(peaks.gflops),
    peak_gbs: round(peaks.gbs),
    peaks: request.peaks ? 'given' : 'measured',
    clock: device.features.has('timestamp-query') ? 'device' : 'host',
    left_out: left,
    operations,
  };
}

const cellsOf = (step: Step, counts: ReadonlyMap<string, CellCounts>): number | null =>
  (step.list === undefined ? undefined : counts.get(step.list)?.computed) ?? null;

function report(
  step: Step,
  within: OperationReport['within'],
  counts: ReadonlyMap<string, CellCounts>,
  ms: number,
  peaks: Peaks,
): OperationReport {
  const { flops, macs, bytes } = stepWork(step, counts);
  const least = Math.max(flops / peaks.gflops, bytes / peaks.gbs) / 1e6;
  return {
    within,
    operation: step.call.operation,
    direction: step.direction,
    entry: step.entry,
    sizes: step.call.sizes,
    cells: cellsOf(step, counts),
    flops,
    macs,
    bytes,
    ms: round(ms),
    gflops: perMillisecond(flops, ms),
    gbs: perMillisecond(bytes, ms),
    roofline: ms === 0 ? null : round(least / ms),
  };
}

/** Billions a second; 0 if the time was too short to measure. */
const perMillisecond = (amount: number, ms: number): number =>
  ms === 0 ? 0 : round(amount / ms / 1e6);
