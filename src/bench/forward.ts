import type { Engine } from '../engine/device.ts';
import { Generator } from '../engine/generator.ts';
import type { Precision } from '../engine/layouts.ts';
import type { GeneratorWeights } from '../stylegan2/weights.ts';
import { planWork } from './counting.ts';
import { ForwardRun } from './forward_run.ts';
import type { Progress } from './iteration.ts';
import { Matmul, type MatmulVariant, matmulFlops, matmulSide } from './matmul.ts';
import { median, round, type Times, times } from './statistics.ts';

export interface ForwardReport {
  readonly shape: string;
  /** Of the convolutions' weights as they are stored. */
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
const defaultSeconds = 38;
const mostRounds = 20;
/** A small picture runs every kernel once, so that none is compiled while it is timed. */
const warmUpSide = 32;

/** Whole pictures, and in turns with them our plain matrix product of 1024³. @param code src/bench/matmul.wgsl */
export async function runForwardBench(
  engine: Engine,
  request: {
    readonly shape: string;
    readonly weights: GeneratorWeights;
    readonly precision?: Precision;
    readonly repeats?: number;
  },
  code: string,
  onProgress: Progress = () => {},
): Promise<ForwardReport> {
  const began = performance.now();
  onProgress('packing the weights');
  const generator = await Generator.load(engine, request.weights, { precision: request.precision });
  let matmul: Matmul | undefined;
  try {
    onProgress('compiling the kernels');
    matmul = await Matmul.best(engine.device, code);
    const warmUp = await ForwardRun.begin(generator, warmUpSide);
    await warmUp.time();
    warmUp.destroy();
    const run = await ForwardRun.begin(generator);
    const work = planWork(run.plan, new Map());
    const pictures: number[] = [];
    const products: number[] = [];
    const fractions: number[] = [];
    for (let left = request.repeats ?? mostRounds; left > 0; left--) {
      onProgress(`round ${pictures.length + 1}`);
      const started = performance.now();
      const own: number[] = [];
      for (let i = 0; i < productsBeforeAndAfter; i++) own.push(await matmul.time());
      const picture = await run.time();
      for (let i = 0; i < productsBeforeAndAfter; i++) own.push(await matmul.time());
      pictures.push(picture);
      products.push(...own);
      fractions.push((2 * work.macs) / picture / (matmulFlops / median(own)));
      const next = performance.now() - began + 1.2 * (performance.now() - started);
      if (request.repeats === undefined && next > 1000 * defaultSeconds) break;
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
