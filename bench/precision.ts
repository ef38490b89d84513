/**
 * Weights stored in f16 against f32, in turns on one adapter: a whole picture, a drag's iteration over its cone, what
 * they read and take in memory, and how far they differ.
 *
 *   npm run -s bench:precision -- [--shape 128|256|512|1024|demo] [--cone-only] [--repeats N] [--seconds N] [--json]
 */
import { planWork } from '../src/bench/counting.ts';
import { ForwardRun } from '../src/bench/forward_run.ts';
import { benchLatent, MeasuredDrag } from '../src/bench/measured_drag.ts';
import { MemoryWatch } from '../src/bench/memory.ts';
import { benchPoints } from '../src/bench/points_and_mask.ts';
import { median, relativeDifference, round } from '../src/bench/statistics.ts';
import type { IterationRecord } from '../src/drag/device/records.ts';
import type { Engine } from '../src/engine/device.ts';
import type { Precision } from '../src/engine/memory/layouts.ts';
import { Generator } from '../src/models/stylegan2/device/generator.ts';
import type { GeneratorWeights } from '../src/models/stylegan2/network/weights.ts';
import { type Bench, benchOptions, runBench, shapeWeights } from './command.ts';
import { ms, short, textTable } from './table.ts';

const usualRepeats = 5;

/** A model on a device, ready to be timed. */
interface Contender {
  readonly precision: Precision;
  readonly weightBytes: number;
  readonly memoryBytes: number;
  readonly cone: MeasuredDrag;
  readonly coneBytes: number;
  readonly record: IterationRecord;
  readonly picture: ForwardRun | undefined;
  readonly image: ArrayLike<number>;
  readonly times: { readonly cone: number[]; readonly picture: number[] };
}

async function prepare(
  engine: Engine,
  weights: GeneratorWeights,
  precision: Precision,
  coneOnly: boolean,
): Promise<Contender> {
  const memory = new MemoryWatch(engine.device);
  const generator = await Generator.load(engine, weights, { precision });
  const weightBytes = memory.bytes;
  const { config } = generator;
  const ws = benchLatent(config.numWs, config.wDim);
  const points = benchPoints(1, config);
  const cone = await MeasuredDrag.begin(generator, ws, points, { coverage: 'cone', masked: false });
  const record = await cone.trace();
  const coneBytes = planWork(cone.plan, await cone.cellCounts()).bytes;
  const picture = coneOnly ? undefined : await ForwardRun.begin(generator);
  const memoryBytes = memory.peak;
  memory.end();
  // Kernels compile at first use, so each runs once before anything is timed.
  await picture?.time();
  await cone.time();
  return {
    precision,
    weightBytes,
    memoryBytes,
    cone,
    coneBytes,
    record,
    picture,
    image: picture ? await picture.store.read('image') : [],
    times: { cone: [], picture: [] },
  };
}

async function compare({ engine, progress }: Bench) {
  const { shape = 'demo', 'cone-only': coneOnly = false } = options.values;
  const weights = shapeWeights(String(shape));
  const contenders: Contender[] = [];
  for (const precision of ['f32', 'f16'] as const) {
    progress(`weights in ${precision}`);
    contenders.push(await prepare(engine, weights, precision, coneOnly === true));
  }
  const { budget, repeats = usualRepeats } = options;
  let cost = 0;
  for (let repeat = 0; repeat === 0 || (repeat < repeats && budget.fits(cost)); repeat++) {
    progress(`round ${repeat + 1}`);
    const began = budget.spent;
    for (const { cone, picture, times } of contenders) {
      times.cone.push(await cone.time());
      if (picture) times.picture.push(await picture.time());
    }
    cost = budget.spent - began;
  }
  const [full] = contenders;
  const ratio = (own: readonly number[], base: readonly number[]): number | null =>
    own.length === 0 ? null : round(median(own.map((time, i) => time / base[i])));
  return {
    shape: String(shape),
    ways: contenders.map(({ precision, times, image, record, ...bytes }) => ({
      precision,
      weights_bytes: bytes.weightBytes,
      session_bytes: bytes.memoryBytes,
      cone_bytes: bytes.coneBytes,
      cone_ms: round(median(times.cone)),
      cone_ratio: ratio(times.cone, full.times.cone),
      picture_ms: times.picture.length > 0 ? round(median(times.picture)) : null,
      picture_ratio: ratio(times.picture, full.times.picture),
      image_difference: coneOnly ? null : relativeDifference(image, full.image),
      loss_difference: relativeDifference([record.lossMotion], [full.record.lossMotion]),
      gradient_difference: relativeDifference(
        record.gradient ?? [],
        full.record.gradient ?? [Number.NaN],
      ),
    })),
  };
}

const options = benchOptions(['shape'], ['cone-only']);

await runBench(options, compare, ({ driver, runtime, shape, ways }) =>
  [
    `${driver} · ${runtime}`,
    `shape ${shape}, 1 point; ratios are medians over the rounds of the time over that of f32`,
    textTable(
      ['', 'weights', 'session', 'cone reads', 'cone', 'ratio', 'picture', 'ratio', 'differs by'],
      ways.map((w) => [
        w.precision,
        short(w.weights_bytes, 'B'),
        short(w.session_bytes, 'B'),
        short(w.cone_bytes, 'B'),
        ms(w.cone_ms),
        String(w.cone_ratio),
        ms(w.picture_ms),
        String(w.picture_ratio ?? '-'),
        [w.image_difference, w.loss_difference, w.gradient_difference]
          .map((difference) => difference?.toExponential(1) ?? '-')
          .join(', '),
      ]),
    ),
    'Differences are those of the picture, the loss, and the gradient.',
  ].join('\n'),
);
