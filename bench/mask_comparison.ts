/**
 * The mask loss computed whole and estimated from sampled tiles: what each does to the same edits, and what it costs.
 *
 *   npm run -s bench:mask -- [--seeds N] [--shape 256|512|1024|demo|none] [--repeats N] [--seconds N] [--json]
 *
 * Four edits of the demo model with everything masked but discs around their points, each without a mask, with the
 * whole loss, and with samples of several sizes under N seeds; then the time of an iteration on an official shape, of
 * random weights, with half the picture masked. What there is no time for is left out: all of it takes some minutes on
 * a software adapter (`--seconds 900`).
 */
import { readFileSync } from 'node:fs';
import type { Budget } from '../src/bench/budget.ts';
import { benchMask, benchPoints } from '../src/bench/points_and_mask.ts';
import { median, round } from '../src/bench/statistics.ts';
import { DragSession, type PointPair } from '../src/drag/session.ts';
import { parseSafetensors } from '../src/formats/safetensors.ts';
import { type DragOptions, Model } from '../src/library/api.ts';
import { draggable } from '../src/models/stylegan2/device/draggable.ts';
import { Generator } from '../src/models/stylegan2/device/generator.ts';
import { readGenerator } from '../src/models/stylegan2/network/weights.ts';
import { type Edit, edits, maskOf, pointsOf } from '../tools/train-demo/edits.ts';
import { latentOf } from '../tools/train-demo/latents.ts';
import { type Bench, benchOptions, positive, runBench, shapeWeights } from './command.ts';
import { ms, textTable } from './table.ts';

const names = [
  'close the mouth',
  'lengthen the left ear',
  'raise the brows',
  'lengthen the muzzle',
];
const fractions = [0.25, 0.05];
const mostSteps = 100;

/** One way to deal with the mask, over several edits or seeds. */
interface EditReport {
  readonly edit: string;
  readonly mask: string;
  /** Mean over the masked pixels' colours of how far each is from what it was, of 255. */
  readonly change_where_masked: number;
  /** The same where nothing is masked: how much was edited. */
  readonly change_elsewhere: number;
  readonly iterations: number;
  readonly arrived: string;
  /** From the points to their targets, in pixels. */
  readonly distance: number;
  readonly milliseconds_per_iteration: number;
}

interface TimeReport {
  readonly mask: string;
  readonly milliseconds_per_iteration: number;
}

const ways: readonly [string, Partial<DragOptions> | undefined][] = [
  ['none', undefined],
  ['exact', { maskSampling: 0 }],
  ...fractions.map((fraction): [string, Partial<DragOptions>] => [
    `${100 * fraction} %`,
    { maskSampling: fraction },
  ]),
];

const mean = (values: readonly number[]): number =>
  round(values.reduce((sum, value) => sum + value, 0) / values.length);

/** The mean change over the pixels that have this value in the mask. */
function meanChange(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  mask: Uint8Array,
  value: number,
): number {
  let sum = 0;
  let count = 0;
  mask.forEach((masked, pixel) => {
    if (masked !== value) return;
    for (let at = 4 * pixel; at < 4 * pixel + 3; at++) sum += Math.abs(after[at] - before[at]);
    count += 3;
  });
  return sum / count;
}

function pairs({ handles, targets }: ReturnType<typeof pointsOf>): PointPair[] {
  return handles.map(({ row, column }, j) => ({
    handle: [row, column],
    target: [targets[j].row, targets[j].column],
  }));
}

async function dragOnce(
  model: Model,
  edit: Edit,
  ws: Float32Array,
  options: Partial<DragOptions> | undefined,
) {
  const side = model.config.resolution;
  const mask = maskOf(edit, side);
  if (!mask) throw new RangeError(`${edit.name} has no mask`);
  const session = await model.createDragSession(ws, options);
  session.setPoints(pairs(pointsOf(edit, side)));
  session.setMask(options ? mask : null);
  const before = (await session.image()).rgba;
  const result = await session.run({ steps: mostSteps });
  const after = (await session.image()).rgba;
  await session.destroy();
  return {
    ...result,
    masked: meanChange(before, after, mask, 1),
    elsewhere: meanChange(before, after, mask, 0),
  };
}

/** @param over true once no further drag is to be begun */
async function compareEdits(
  { engine, progress }: Bench,
  seeds: number,
  over: () => boolean,
): Promise<EditReport[]> {
  const file = parseSafetensors(
    readFileSync(new URL('../weights/demo.safetensors', import.meta.url)),
  );
  const basis = file.tensors.get('factors.basis')?.data();
  if (!basis) throw new RangeError('the demo model has no factors.basis');
  const model = new Model(await Generator.load(engine, readGenerator(file)));
  const reports: EditReport[] = [];
  for (const name of names) {
    const edit = edits.find((known) => known.name === name);
    if (!edit) throw new RangeError(`there is no edit ${name}`);
    const z = latentOf(edit.before, basis, edits.indexOf(edit));
    const ws = await model.latent({ z }, { psi: 1 });
    for (const [mask, options] of ways) {
      if (over()) continue;
      progress(`${name}, mask ${mask}`);
      const tried = options?.maskSampling ? seeds : 1;
      const runs = [];
      for (let seed = 0; seed < tried; seed++)
        runs.push(await dragOnce(model, edit, ws, options && { ...options, seed }));
      const arrived = runs.filter(({ stopped }) => stopped === 'arrived').length;
      reports.push({
        edit: name,
        mask,
        change_where_masked: mean(runs.map(({ masked }) => masked)),
        change_elsewhere: mean(runs.map(({ elsewhere }) => elsewhere)),
        iterations: mean(runs.map(({ iterations }) => iterations)),
        arrived: `${arrived} of ${tried}`,
        distance: mean(runs.map(({ distance }) => distance)),
        milliseconds_per_iteration: round(
          median(runs.map(({ millisecondsPerIteration }) => millisecondsPerIteration)),
        ),
      });
    }
  }
  model.destroy();
  return reports;
}

async function timeIterations(
  { engine, progress }: Bench,
  shape: string,
  repeats: number,
  budget: Budget,
): Promise<TimeReport[]> {
  const generator = await Generator.load(engine, shapeWeights(shape));
  const ws = await generator.latent({ seed: 1 });
  const sessions = ways.map(([mask, options]) => {
    const session = new DragSession(draggable(generator), ws, options);
    session.setPoints(benchPoints(1, generator.config));
    session.setMask(options ? benchMask(generator.config) : null);
    return { mask, session, times: [] as number[] };
  });
  // A warm-up: it compiles the kernels, and moves the features away from the references.
  for (const { session } of sessions) await session.run({ steps: 2 });
  // In turn, so that other load on the machine falls on all alike.
  let cost = 0;
  for (let i = 0; i === 0 || (i < repeats && budget.fits(cost)); i++) {
    progress(`shape ${shape}, iteration ${i + 1} of ${repeats}`);
    const began = budget.spent;
    for (const { session, times } of sessions)
      times.push((await session.run({ steps: 1 })).millisecondsPerIteration);
    cost = budget.spent - began;
  }
  for (const { session } of sessions) await session.destroy();
  generator.destroy();
  return sessions.map(({ mask, times }) => ({
    mask,
    milliseconds_per_iteration: round(median(times)),
  }));
}

const timeTable = ({ shape, times }: { shape: string; times: readonly TimeReport[] }): string =>
  textTable(
    [`mask, shape ${shape}`, 'an iteration'],
    times.map((time) => [time.mask, ms(time.milliseconds_per_iteration)]),
  );

const options = benchOptions(['seeds', 'shape']);
const { shape = '256', seeds = '3' } = options.values;
const { budget } = options;
/** The rest is for the official shape. */
const editsPart = shape === 'none' ? 1 : 0.6;
const editsOver = (): boolean => budget.spent > 1000 * editsPart * budget.seconds;

await runBench(
  options,
  async (bench) => ({
    steps: mostSteps,
    edits: await compareEdits(bench, positive('seeds', seeds), editsOver),
    edits_wanted: names.length * ways.length,
    shape: String(shape),
    times:
      shape === 'none' || budget.left <= 0
        ? []
        : await timeIterations(bench, String(shape), options.repeats ?? 7, budget),
  }),
  (report) =>
    [
      `${report.adapter.description || report.adapter.device} · ${report.driver} · ${report.runtime}`,
      '',
      textTable(
        ['edit', 'mask', 'change masked', 'elsewhere', 'iterations', 'arrived', 'px left', 'each'],
        report.edits.map((edit) => [
          edit.edit,
          edit.mask,
          String(edit.change_where_masked),
          String(edit.change_elsewhere),
          String(edit.iterations),
          edit.arrived,
          String(edit.distance),
          ms(edit.milliseconds_per_iteration),
        ]),
      ),
      `${report.edits.length} of ${report.edits_wanted} rows; a larger --seconds has them all.`,
      ...(report.times.length > 0 ? ['', timeTable(report)] : []),
    ].join('\n'),
);
