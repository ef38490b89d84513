/**
 * Every kernel by itself on the shapes that occur, by the device's own clock:
 *
 *   npm run -s bench:operations -- [--shape 128|256|512|1024|demo] [--precision f32|f16]
 *     [--peak-gflops X --peak-gbs X] [--seconds N] [--json]
 *
 * The peaks are a card's, from its data sheet, for each kernel's fraction of the roofline; without them they are what
 * our plain matrix product and a copy reach in the same run.
 */
import { readFileSync } from 'node:fs';
import { runOperationsBench } from '../src/bench/operations.ts';
import { benchOptions, positive, precisionOf, runBench, shapeWeights } from './command.ts';
import { ms, short, textTable } from './table.ts';

const options = benchOptions(['shape', 'precision', 'peak-gflops', 'peak-gbs']);
const { values } = options;
const shape = String(values.shape ?? '256');
const given = values['peak-gflops'] !== undefined || values['peak-gbs'] !== undefined;
const peaks = given
  ? {
      gflops: positive('peak-gflops', values['peak-gflops']),
      gbs: positive('peak-gbs', values['peak-gbs']),
    }
  : undefined;
const matmul = readFileSync(new URL('../src/bench/matmul.wgsl', import.meta.url), 'utf8');

await runBench(
  options,
  async ({ engine, progress }) => {
    progress(`weights of shape ${shape}`);
    const request = {
      shape,
      weights: shapeWeights(shape),
      precision: precisionOf(options),
      peaks,
      budget: options.budget,
    };
    return runOperationsBench(engine, request, matmul, progress);
  },
  ({ driver, runtime, precision, clock, left_out, operations, ...report }) =>
    [
      `${driver} · ${runtime} · weights in ${precision} · times by the ${clock}'s clock${left_out > 0 ? `, ${left_out} kernels left out` : ''}`,
      `peaks (${report.peaks}): ${report.peak_gflops} GFLOP/s, ${report.peak_gbs} GB/s`,
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
