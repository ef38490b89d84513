/**
 * How long a drag iteration takes, over the dependency cone and over whole maps, and what it computes:
 *
 *   npm run -s bench:iteration -- [--shape 128|256|512|1024|demo] [--points N] [--mask] [--precision f32|f16]
 *     [--repeats N] [--json]
 *
 * The official shapes have random weights, made in memory.
 */

import { type CoverageReport, runIterationBench } from '../src/bench/iteration.ts';
import { benchOptions, positive, precisionOf, runBench, shapeWeights } from './command.ts';
import { ms, short, textTable } from './table.ts';

const options = benchOptions(['shape', 'points', 'precision'], ['mask']);
const { shape = '512', points = '1', mask } = options.values;

const kernelRows = ({ kernels }: CoverageReport): string[][] =>
  kernels.map((kernel) => [
    `${kernel.operation} ${kernel.entry}`,
    String(kernel.dispatches),
    ms(kernel.ms),
    short(kernel.macs),
    short(kernel.flops),
    short(kernel.bytes, 'B'),
  ]);

await runBench(
  options,
  async ({ engine, progress }) => {
    progress(`weights of shape ${shape}`);
    const request = {
      shape: String(shape),
      weights: shapeWeights(String(shape)),
      points: positive('points', points),
      masked: mask === true,
      precision: precisionOf(options),
      repeats: options.repeats,
    };
    return runIterationBench(engine, request, progress);
  },
  (report) => {
    const row = (name: string, c: CoverageReport): string[] => [
      name,
      ms(c.median_ms),
      ms(c.p95_ms),
      String(c.runs),
      short(c.macs),
      short(c.bytes, 'B'),
      String(c.dispatches),
    ];
    const head = ['', 'dispatches', 'time', 'MACs', 'FLOPs', 'bytes'];
    return [
      `${report.adapter.description || report.adapter.device} · ${report.driver} · ${report.runtime}`,
      `shape ${report.shape}, ${report.points} points at ${report.handles.join('; ')}${report.masked ? ', masked' : ''}, weights in ${report.precision}`,
      '',
      textTable(
        ['iteration', 'median', 'p95', 'runs', 'MACs', 'bytes', 'dispatches'],
        [row('cone', report.cone), row('dense', report.dense)],
      ),
      `${report.cone.batch.iterations} cone iterations in one submission: ${ms(report.cone.batch.median_ms)} each`,
      `cone ${report.speedup} times faster, ${report.fewer_macs} times fewer MACs; loss and gradient agree to ${report.agreement.loss.toExponential(1)} and ${report.agreement.gradient.toExponential(1)}`,
      `memory: weights ${short(report.memory.weights_bytes, 'B')}, with session and display ${short(report.memory.session_with_display_bytes, 'B')}, with the dense iteration ${short(report.memory.peak_bytes, 'B')}`,
      '',
      'Cone',
      textTable(head, kernelRows(report.cone)),
      '',
      'Dense',
      textTable(head, kernelRows(report.dense)),
    ].join('\n');
  },
);
