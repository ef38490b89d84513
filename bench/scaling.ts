/**
 * The cost of an iteration against the picture's side, the number of points, and the channels, on small shapes: times
 * of the cone's iteration, and counts of both.
 *
 *   npm run -s bench:scaling -- [--repeats N] [--seconds N] [--json]
 */

import { runScalingBench, type ScalingRow } from '../src/bench/scaling.ts';
import { benchOptions, runBench } from './command.ts';
import { ms, short, textTable } from './table.ts';

const options = benchOptions([]);

await runBench(
  options,
  async ({ engine, progress }) => runScalingBench(engine, options, progress),
  ({ driver, runtime, rows }) =>
    [
      `${driver} · ${runtime}`,
      textTable(
        [
          'against',
          'side',
          'points',
          'channels',
          'median',
          'cone MACs',
          'dense MACs',
          'cone bytes',
        ],
        rows.map((row: ScalingRow) => [
          row.against,
          String(row.resolution),
          String(row.points),
          `≤ ${row.channel_max}`,
          ms(row.median_ms),
          short(row.cone_macs),
          short(row.dense_macs),
          short(row.cone_bytes, 'B'),
        ]),
      ),
    ].join('\n'),
);
