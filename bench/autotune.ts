/**
 * Measures what `draggan tune` gains: times of iterations and pictures on the default kernels and on those that
 * were measured to be the fastest here, in turns.
 *
 *   npx draggan tune weights/demo.safetensors
 *   npm run -s bench:autotune -- [--shape 128|256|512|1024|demo] [--points N] [--repeats N] [--seconds N] [--json]
 */
import { type AutotuneComparison, runAutotuneBench } from '../src/bench/autotune.ts';
import { benchOptions, positive, runBench, shapeWeights } from './command.ts';
import { ms, textTable } from './table.ts';

const options = benchOptions(['shape', 'points']);
const { shape = 'demo', points = '1' } = options.values;

const row = (what: string, { standard, tuned, ratio }: AutotuneComparison): string[] => [
  what,
  ms(standard.median_ms),
  ms(tuned.median_ms),
  String(ratio),
  ms(standard.min_ms),
  ms(tuned.min_ms),
  String(tuned.runs),
];

await runBench(
  options,
  async ({ engine, progress }) => {
    const request = {
      shape: String(shape),
      weights: shapeWeights(String(shape)),
      points: positive('points', points),
      repeats: options.repeats,
      budget: options.budget,
    };
    return runAutotuneBench(engine, request, progress);
  },
  ({ driver, runtime, iteration, picture, agreement }) =>
    [
      `${driver} · ${runtime}`,
      textTable(
        ['', 'default', 'tuned', 'ratio', 'default, least', 'tuned, least', 'rounds'],
        [row('iteration', iteration), row('picture', picture)],
      ),
      `gradients agree to ${agreement.toExponential(1)}`,
    ].join('\n'),
);
