/**
 * Every kernel by itself on the shapes that occur, by the device's own clock:
 *
 *   npm run -s bench:operations -- [--shape 128|256|512|1024|demo] [--peak-gflops X --peak-gbs X] [--seconds N] [--json]
 *
 * The peaks are a card's, from its data sheet; with them each kernel's fraction of the roofline is given.
 */

import { runOperationsBench } from '../src/bench/operations.ts';
import { benchOptions, positive, precisionOf, runBench, shapeWeights } from './command.ts';
import { ms, short, textTable } from './table.ts';

const options = benchOptions(['shape', 'precision', 'peak-gflops', 'peak-gbs']);
const { values } = options;
const shape = String(values.shape ?? '256');
const number = (name: string) =>
  values[name] === undefined ? undefined : positive(name, values[name]);

await runBench(
  options,
  async ({ engine, progress }) => {
    progress(`weights of shape ${shape}`);
    const request = {
      shape,
      weights: shapeWeights(shape),
      precision: precisionOf(options),
      peakGflops: number('peak-gflops'),
      peakGbs: number('peak-gbs'),
      budget: options.budget,
    };
    return runOperationsBench(engine, request, progress);
  },
  ({ driver, runtime, precision, clock, left_out, operations }) =>
    [
      `${driver} · ${runtime} · weights in ${precision} · times by the ${clock}'s clock${left_out > 0 ? `, ${left_out} kernels left out` : ''}`,
      textTable(
        [
          'kernel',
          'within',
          'shape',
          'cells',
          'time',
          'FLOPs',
          'GFLOP/s',
          'bytes',
          'GB/s',
          'roofline',
        ],
        operations.map((o) => [
          `${o.operation} ${o.entry}`,
          o.within,
          Object.values(o.sizes).join('×'),
          o.cells === null ? '' : String(o.cells),
          ms(o.ms),
          short(o.flops),
          String(o.gflops),
          short(o.bytes, 'B'),
          String(o.gbs),
          o.roofline === null ? '' : String(o.roofline),
        ]),
      ),
    ].join('\n'),
);
