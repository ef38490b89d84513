import type { Engine } from '../engine/device.ts';
import type { Precision } from '../engine/memory/layouts.ts';
import { Generator } from '../models/stylegan2/device/generator.ts';
import type { GeneratorWeights } from '../models/stylegan2/network/weights.ts';
import { Budget } from './budget.ts';
import { planWork } from './counting.ts';
import { ForwardRun } from './forward_run.ts';
import type { Progress } from './iteration.ts';
import { Matmul, type MatmulVariant, matmulFlops, matmulSide } from './matmul.ts';
import { median, round, type Times, times } from './statistics.ts';

export interface ForwardReport {
  readonly shape: string;
  /** How the convolutions' weights are stored. */
  readonly precision: Precision;
  readonly forward: Times & {
    readonly macs: number;
    readonly flops: number;
    readonly bytes: number;
    readonly flops_per_second: number;
  };
  readonly matmul: Times & {
    readonly size: number;
    readonly variant: MatmulVariant;
    readonly flops_per_second: number;
  };
  /** FLOP/s of the picture's convolutions over those of the matrix product: the median of the rounds. */
  readonly fraction: number;
}

const productsBeforeAndAfter = 3;
const mostRounds = 20;

/**
 * Whole pictures, and in turns with them our plain matrix product of 1024³: at least one round, whatever the budget.
 * @param code src/bench/matmul.wgsl
 */
export async function runForwardBench(
  engine: Engine,
  request: {
    readonly shape: string;
    readonly weights: GeneratorWeights;
    readonly precision?: Precision;
    readonly repeats?: number;
    readonly budget?: Budget;
    /** Ends the bench between two phases. */
    readonly signal?: AbortSignal;
  },
  code: string,
  onProgress: Progress = () => {},
): Promise<ForwardReport> {
  const { precision, repeats = mostRounds, budget = new Budget(), signal } = request;
  const phase = (what: string) => {
    signal?.throwIfAborted();
    onProgress(what);
  };
  phase('packing the weights');
  const generator = await Generator.load(engine, request.weights, { precision });
  let matmul: Matmul | undefined;
  try {
    phase('compiling the kernels');
    matmul = await Matmul.best(engine.device, code);
    const run = await ForwardRun.begin(generator);
    const work = planWork(run.plan, new Map());
    const pictures: number[] = [];
    const products: number[] = [];
    const fractions: number[] = [];
    let cost = 0;
    while (pictures.length === 0 || (pictures.length < repeats && budget.fits(cost))) {
      phase(`round ${pictures.length + 1}`);
      const began = budget.spent;
      const own: number[] = [];
      for (let i = 0; i < productsBeforeAndAfter; i++) own.push(await matmul.time());
      const picture = await run.time();
      for (let i = 0; i < productsBeforeAndAfter; i++) own.push(await matmul.time());
      pictures.push(picture);
      products.push(...own);
      fractions.push((2 * work.macs) / picture / (matmulFlops / median(own)));
      cost = budget.spent - began;
    }
    run.destroy();
    return {
      shape: request.shape,
      precision: generator.precision,
      forward: {
        ...times(pictures),
        ...work,
        flops_per_second: round((1000 * 2 * work.macs) / median(pictures)),
      },
      matmul: {
        ...times(products),
        size: matmulSide,
        variant: matmul.variant,
        flops_per_second: round((1000 * matmulFlops) / median(products)),
      },
      fraction: round(median(fractions)),
    };
  } finally {
    matmul?.destroy();
    generator.destroy();
  }
}
