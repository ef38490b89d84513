/**
 * How long a drag iteration takes, over the dependency cone and over whole maps, and what it computes:
 *
 *   npm run -s bench:iteration -- [--shape 128|256|512|1024|demo] [--points N] [--mask] [--precision f32|f16]
 *     [--repeats N] [--seconds N] [--json]
 *
 * The official shapes have random weights, made in memory. With a mask there is a third row: its loss estimated from
 * sampled tiles.
 */

import { runIterationBench } from '../src/bench/iteration.ts';
import type { CoverageReport } from '../src/bench/iteration_report.ts';
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
      budget: options.budget,
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
    const { cone, dense, sampled, agreement, memory } = report;
    return [
      `${report.adapter.description || report.adapter.device} · ${report.driver} · ${report.runtime}`,
      `shape ${report.shape}, ${report.points} points at ${report.handles.join('; ')}${report.masked ? ', masked' : ''}, weights in ${report.precision}`,
      '',
      textTable(
        ['iteration', 'median', 'p95', 'runs', 'MACs', 'bytes', 'dispatches'],
        [
          row('cone', cone),
          row('dense', dense),
          ...(sampled ? [row(`sampled, ${100 * sampled.fraction} %`, sampled)] : []),
        ],
      ),
      ...(cone.batch
        ? [
            `${cone.batch.iterations} cone iterations in one submission: ${ms(cone.batch.median_ms)} each`,
          ]
        : []),
      agreement
        ? `cone ${report.speedup} times faster, ${report.fewer_macs} times fewer MACs; loss and gradient agree to ${agreement.loss.toExponential(1)} and ${agreement.gradient.toExponential(1)}`
        : 'With a mask the loss depends on every cell: cone and dense are one iteration.',
      `memory: weights ${short(memory.weights_bytes, 'B')}, with session and display ${short(memory.session_with_display_bytes, 'B')}, with the dense iteration ${short(memory.peak_bytes, 'B')}`,
      '',
      sampled ? 'Sampled' : 'Cone',
      textTable(head, kernelRows(sampled ?? cone)),
      '',
      'Dense',
      textTable(head, kernelRows(dense)),
    ].join('\n');
  },
);
