/**
 * What a device gets: the dispatches of a drag's iteration, or of a picture, as the program records them. Runs nothing
 * and needs no adapter. With it, what a model makes of that for some GPUs: nothing of it was measured.
 *
 *   npm run -s bench:plan -- [--shape 128|256|512|1024|demo] [--points N] [--mask] [--picture] [--dense]
 *     [--space w+|w|z|principal] [--adapter gpu|software] [--precision f16|f32] [--json | --table]
 *
 * The kernels are those of an adapter on which nothing was measured. Points are those of bench:iteration.
 */

import { CountedNetwork } from '../src/bench/plan/counted_network.ts';
import type { PlanCounts, PlanRow } from '../src/bench/plan/plan_report.ts';
import { type ModelledTime, modelledTimes } from '../src/bench/plan/time_model.ts';
import { nodeShaders } from '../src/node/gpu/node_shaders.ts';
import { benchOptions, oneOf, positive, precisionOf, shapeWeights } from './command.ts';
import { short, textTable } from './table.ts';

const options = benchOptions(
  ['shape', 'points', 'space', 'adapter', 'precision'],
  ['mask', 'picture', 'dense', 'table'],
);
const { shape = '512', points = '1', space = 'w+', adapter = 'gpu' } = options.values;
const { mask, picture, dense } = options.values;

try {
  const network = await CountedNetwork.load(shapeWeights(String(shape)), {
    adapter: oneOf('adapter', adapter, ['gpu', 'software']),
    precision: precisionOf(options) ?? 'f16',
    shaders: nodeShaders,
  });
  const counts = picture
    ? await network.picture()
    : await network.iteration({
        points: positive('points', points),
        masked: mask === true,
        space: oneOf('space', space, ['w+', 'w', 'z', 'principal']),
        coverage: dense ? 'dense' : 'cone',
      });
  const modelled_ms = modelledTimes(counts.rows);
  const report = { shape: String(shape), adapter: String(adapter), ...counts, modelled_ms };
  process.stdout.write(`${options.json ? JSON.stringify(report) : table(report)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

function table(counts: PlanCounts & { modelled_ms: Record<string, ModelledTime> }): string {
  const { rows, modelled_ms, ...numbers } = counts;
  const sums = Object.entries(numbers)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? short(value) : value}`)
    .join(', ');
  const modelled = Object.entries(modelled_ms)
    .map(([gpu, { low, central, high }]) => `${gpu} ${central} ms (${low} to ${high})`)
    .join(', ');
  const head = ['', '#', 'kernel', 'grid', 'used', 'size', 'bytes', 'MACs', 'cells', 'level'];
  const row = (one: PlanRow, at: number): string[] => [
    `${one.barrier ? '|' : ' '} ${one.label}`,
    String(at),
    one.kernel,
    String(one.workgroups),
    String(one.used),
    String(one.size),
    short(one.bytes, 'B'),
    short(one.macs),
    String(one.cells ?? ''),
    String(one.level),
  ];
  return [sums, `modelled, not measured: ${modelled}`, '', textTable(head, rows.map(row))].join(
    '\n',
  );
}
