/**
 * How long a whole picture takes, and its FLOP/s beside those of our plain matrix product of 1024³ in the same run:
 *
 *   npm run -s bench:forward -- [--shape 128|256|512|1024|demo] [--precision f32|f16] [--repeats N] [--seconds N] [--json]
 */
import { readFileSync } from 'node:fs';
import { runForwardBench } from '../src/bench/forward.ts';
import { benchOptions, precisionOf, runBench, shapeWeights } from './command.ts';
import { ms, short, textTable } from './table.ts';

const options = benchOptions(['shape', 'precision']);
const shape = String(options.values.shape ?? '256');
const matmul = readFileSync(new URL('../src/bench/matmul.wgsl', import.meta.url), 'utf8');

await runBench(
  options,
  async ({ engine, progress }) => {
    progress(`weights of shape ${shape}`);
    const { repeats, budget } = options;
    const precision = precisionOf(options);
    const request = { shape, weights: shapeWeights(shape), precision, repeats, budget };
    return runForwardBench(engine, request, matmul, progress);
  },
  ({ forward, matmul, fraction, driver, ...report }) =>
    [
      `${driver} · ${report.runtime}`,
      textTable(
        ['', 'median', 'p95', 'runs', 'MACs', 'FLOP/s'],
        [
          [
            `picture ${report.shape}`,
            ms(forward.median_ms),
            ms(forward.p95_ms),
            String(forward.runs),
            short(forward.macs),
            short(forward.flops_per_second),
          ],
          [
            `matrix product ${matmul.size}³ (${matmul.variant})`,
            ms(matmul.median_ms),
            ms(matmul.p95_ms),
            String(matmul.runs),
            short(matmul.size ** 3),
            short(matmul.flops_per_second),
          ],
        ],
      ),
      `The picture reaches ${fraction} of the matrix product's FLOP/s.`,
    ].join('\n'),
);
