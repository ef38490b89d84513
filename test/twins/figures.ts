import { gradientOf } from '../../src/engine/graph/reversal.ts';
import { type OperationName, operationTable } from '../../src/engine/operations/operations.ts';
import type { Case } from './cases.ts';
import { relativeDifference, twinGradient } from './finite_differences.ts';
import {
  buildOperationTrial,
  differentiableInputs,
  type OperationTrial,
} from './operation_trial.ts';
import type { TrialResources } from './plan_trial.ts';
import { Random } from './random.ts';
import { type Tensors, type Twin, tensor } from './twin.ts';
import { twins } from './twins.ts';

/** How far one tensor is from what it should be. */
export interface Figure {
  readonly tensor: string;
  /** What it was compared with. */
  readonly against: string;
  /** Largest difference over the largest expected value. */
  readonly difference: number;
  readonly tolerance: number;
  /** Elements that were left out, because the function bends too close to them for f32's finite differences. */
  readonly kinks?: number;
}

/** SPEC §7, for single operations, forward and gradient. */
const tolerance = 2e-5;

/** Words of the status (shaders/lib/status.wgsl) that hold a loss. */
export const lossWords: Readonly<Partial<Record<OperationName, number>>> = {
  motion_supervision: 4,
  mask_loss: 5,
  mask_loss_sampled: 5,
};

/**
 * An operation against its twin: its outputs, and its gradients against finite differences of the twin. The
 * gradients are made twice: once over poison, which they must overwrite, once over values, to which they must add.
 */
export async function compareWithTwin(
  name: OperationName,
  one: Case,
  resources: TrialResources,
): Promise<Figure[]> {
  const differentiable = differentiableInputs(name, one);
  const parts = await buildOperationTrial(name, one, differentiable, resources);
  const { trial } = parts;
  const accumulate = (value: 0 | 1) => {
    if (differentiable.length > 0) trial.plan.setParams(name, { accumulate: value });
  };
  const gradientFigures = async (against: string, expected: Values): Promise<Figure[]> => {
    const figures: Figure[] = [];
    for (const [input, values] of expected) {
      const difference = relativeDifference(await trial.read(gradientOf(input)), values);
      figures.push({ tensor: gradientOf(input), against, difference, tolerance });
    }
    return figures;
  };

  accumulate(0);
  trial.run();
  const gradients = twinGradients(name, differentiable, parts);
  const figures = await outputFigures(name, parts);
  figures.push(...(await gradientFigures('its twin', gradients)));

  accumulate(1);
  const random = new Random(2);
  const sums = new Map<string, Float64Array>();
  for (const [input, gradient] of gradients) {
    const scale = Math.max(...gradient.map(Math.abs));
    const before = gradient.map(() => Math.fround(scale * random.normal()));
    trial.write(gradientOf(input), before);
    sums.set(
      input,
      before.map((value, i) => value + gradient[i]),
    );
  }
  trial.run('backward');
  figures.push(...(await gradientFigures('its twin, added to what was there', sums)));
  trial.destroy();
  return figures;
}

/** By the input's name. */
type Values = ReadonlyMap<string, Float64Array>;

function twinGradients(
  name: OperationName,
  differentiable: readonly string[],
  { inputs, cotangents, numbers }: OperationTrial,
): Values {
  const twin = twins[name];
  const one: Tensors = { loss: tensor([1], () => 1) };
  const by = operationTable[name].loss ? one : cotangents;
  const meant = Object.entries(numbers).filter(([name]) => !chooseKernels.includes(name));
  const values = Object.values({ ...inputs, ...by }).map((one) => one.values.join());
  const gradients = new Map<string, Float64Array>();
  for (const input of differentiable) {
    const key = JSON.stringify([input, meant, values]);
    const known = gradientsOfTwins.get(twin)?.get(key);
    const gradient = known ?? twinGradient(twin, inputs, numbers, by, input).values;
    gradients.set(input, gradient);
    const ofTwin = gradientsOfTwins.get(twin) ?? new Map<string, Float64Array>();
    gradientsOfTwins.set(twin, ofTwin.set(key, gradient));
  }
  return gradients;
}

/** Numbers that say how a kernel goes about its work, of which a twin knows nothing. */
const chooseKernels: readonly string[] = ['cells_first', 'splits'];

/**
 * Differences that were taken, by all that the twin was given: several kernels have the same twin, and a convolution's
 * weights are many.
 */
const gradientsOfTwins = new Map<Twin, Map<string, Float64Array>>();

/** Everything that the twin gives; a loss is compared with its word of the status. */
async function outputFigures(
  name: OperationName,
  { trial, inputs, numbers }: OperationTrial,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [output, { values }] of Object.entries(twins[name](inputs, numbers))) {
    const word = lossWords[name];
    if (output === 'loss' && word === undefined) continue;
    const actual = word === undefined ? await trial.read(output) : await trial.read('status');
    const compared = word === undefined ? actual : actual.subarray(word, word + 1);
    const difference = relativeDifference(compared, values);
    figures.push({ tensor: output, against: 'its twin', difference, tolerance });
  }
  return figures;
}
