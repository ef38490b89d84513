import type { Engine } from '../engine/device.ts';
import type { Variants } from '../engine/graph/variants.ts';
import { Generator } from '../models/stylegan2/device/generator.ts';
import type { GeneratorWeights } from '../models/stylegan2/network/weights.ts';
import type { Budget } from './budget.ts';
import { ForwardRun } from './forward_run.ts';
import type { Progress } from './iteration.ts';
import { benchLatent, MeasuredDrag } from './measured_drag.ts';
import { benchPoints } from './points_and_mask.ts';
import { median, relativeDifference, round, type Times, times } from './statistics.ts';

/** The same work on the default kernels and on those that were measured to be the fastest. */
export interface AutotuneComparison {
  readonly standard: Times;
  readonly tuned: Times;
  /** Time on the tuned kernels over time on the default ones: the median of the rounds. */
  readonly ratio: number;
}

export interface AutotuneReport {
  readonly shape: string;
  readonly points: number;
  readonly iteration: AutotuneComparison;
  readonly picture: AutotuneComparison;
  /** Largest relative difference of the two gradients. */
  readonly agreement: number;
}

export interface AutotuneBenchRequest {
  readonly shape: string;
  readonly weights: GeneratorWeights;
  readonly points: number;
  /** Number of rounds; by default as many as there is time for. */
  readonly repeats: number | undefined;
  readonly budget: Budget;
}

interface Timed {
  time(): Promise<number>;
}

const fewestRounds = 3;

/** Measures what tuning gains: times of cone iterations and pictures, on both sets of kernels in turns. */
export async function runAutotuneBench(
  engine: Engine,
  request: AutotuneBenchRequest,
  onProgress: Progress = () => {},
): Promise<AutotuneReport> {
  const { variants } = engine;
  const { repeats, budget } = request;
  // Iterations and pictures get half of the time each.
  const going = (rounds: number, left: number): boolean =>
    rounds < (repeats ?? fewestRounds) || (repeats === undefined && budget.left > left);
  if (!variants.tuned) throw new Error('nothing is known of this adapter: run draggan tune first');
  onProgress('packing the weights');
  const generator = await Generator.load(engine, request.weights);
  const { config } = generator;
  const ws = benchLatent(config.numWs, config.wDim);
  const points = benchPoints(request.points, config);
  const withBoth = async <Run>(make: () => Promise<Run>): Promise<[Run, Run]> => {
    const pair = async (taken: Variants) => {
      engine.variants = taken;
      return make();
    };
    return [await pair({ ...variants, tuned: undefined }), await pair(variants)];
  };
  onProgress('compiling the kernels');
  const iterations = await withBoth(() =>
    MeasuredDrag.begin(generator, ws, points, { coverage: 'cone', masked: false }),
  );
  const [first, second] = [await iterations[0].trace(), await iterations[1].trace()];
  const agreement = relativeDifference(second.gradient ?? [], first.gradient ?? []);
  onProgress('iterations');
  const half = budget.left / 2;
  const iteration = await inTurns(iterations, (rounds) => going(rounds, half));
  onProgress('pictures');
  const pictures = await withBoth(() => ForwardRun.begin(generator));
  for (const picture of pictures) await picture.time();
  const picture = await inTurns(pictures, (rounds) => going(rounds, 0));
  for (const run of [...iterations, ...pictures]) run.destroy();
  generator.destroy();
  const { shape } = request;
  return { shape, points: request.points, iteration, picture, agreement: round(agreement) };
}

async function inTurns(
  [standard, tuned]: readonly [Timed, Timed],
  going: (rounds: number) => boolean,
): Promise<AutotuneComparison> {
  const all: { standard: number; tuned: number }[] = [];
  while (going(all.length)) {
    // The two take turns at going first.
    const tunedFirst = all.length % 2 === 1 ? await tuned.time() : undefined;
    const time = await standard.time();
    all.push({ standard: time, tuned: tunedFirst ?? (await tuned.time()) });
  }
  return {
    standard: times(all.map((one) => one.standard)),
    tuned: times(all.map((one) => one.tuned)),
    ratio: round(median(all.map((one) => one.tuned / one.standard))),
  };
}
