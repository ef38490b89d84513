import type { Engine } from '../engine/device.ts';
import { Generator } from '../models/stylegan2/device/generator.ts';
import type { RandomGeneratorShape } from '../models/stylegan2/network/random.ts';
import { Budget } from './budget.ts';
import { planWork } from './counting.ts';
import type { Progress } from './iteration.ts';
import { benchLatent, MeasuredDrag } from './measured_drag.ts';
import { randomWeights } from './networks.ts';
import { benchPoints } from './points_and_mask.ts';
import { median, round } from './statistics.ts';

/** The figures of an iteration of one shape. */
export interface ScalingRow {
  /** The size that changes within this row's group; the others stay. */
  readonly against: 'resolution' | 'points' | 'channels';
  readonly resolution: number;
  readonly points: number;
  readonly channel_max: number;
  readonly median_ms: number;
  readonly cone_macs: number;
  readonly dense_macs: number;
  readonly cone_bytes: number;
  readonly memory_bytes: number;
}

export interface ScalingReport {
  readonly rows: readonly ScalingRow[];
}

type Case = Pick<ScalingRow, 'against' | 'resolution' | 'points' | 'channel_max'>;

/** The shape that all three groups have in common, small enough for a software adapter. */
const middle = { resolution: 128, points: 1, channel_max: 128 };
const cases: readonly Case[] = [
  ...[64, 128, 256].map((resolution) => ({
    ...middle,
    against: 'resolution' as const,
    resolution,
  })),
  ...[1, 4, 16].map((points) => ({ ...middle, against: 'points' as const, points })),
  ...[64, 128, 256].map((channel_max) => ({
    ...middle,
    against: 'channels' as const,
    channel_max,
  })),
];
const defaultRepeats = 5;

const shapeOf = ({ resolution, channel_max }: Case): RandomGeneratorShape => ({
  resolution,
  channelBase: 64 * channel_max,
  channelMax: channel_max,
  wDim: channel_max,
  zDim: channel_max,
  mappingLayers: 2,
  seed: 1,
});

/** Cone iterations of small shapes, timed, with counts of both coverages; no further shape once the budget is over. */
export async function runScalingBench(
  engine: Engine,
  { repeats = defaultRepeats, budget = new Budget() }: { repeats?: number; budget?: Budget } = {},
  onProgress: Progress = () => {},
): Promise<ScalingReport> {
  const rows: ScalingRow[] = [];
  for (const one of cases) {
    if (budget.left <= 0) break;
    onProgress(`${one.resolution}², ${one.points} points, at most ${one.channel_max} channels`);
    const generator = await Generator.load(engine, randomWeights(shapeOf(one)));
    const { config } = generator;
    const ws = benchLatent(config.numWs, config.wDim);
    const points = benchPoints(one.points, config);
    const cone = await MeasuredDrag.begin(generator, ws, points, {
      coverage: 'cone',
      masked: false,
    });
    await cone.trace();
    const times: number[] = [];
    while (times.length === 0 || (times.length < repeats && budget.fits(median(times))))
      times.push(await cone.time());
    const work = planWork(cone.plan, await cone.cellCounts());
    const memory = generator.store.bytes + generator.arena.bytes + cone.loop.store.bytes;
    const dense = await MeasuredDrag.begin(generator, ws, points, {
      coverage: 'dense',
      masked: false,
      known: cone,
    });
    rows.push({
      ...one,
      median_ms: round(median(times)),
      cone_macs: work.macs,
      dense_macs: planWork(dense.plan, new Map()).macs,
      cone_bytes: work.bytes,
      memory_bytes: memory,
    });
    dense.destroy();
    cone.destroy();
    generator.destroy();
  }
  return { rows };
}
