import { type OperationName, operationTable } from '../../src/engine/operations.ts';
import { gradientOf } from '../../src/engine/reversal.ts';
import type { Case } from './cases.ts';
import { relativeDifference, twinGradient } from './finite_differences.ts';
import { buildOperationTrial, differentiableInputs } from './operation_trial.ts';
import type { TrialResources } from './plan_trial.ts';
import { Random } from './random.ts';
import type { Twin } from './twin.ts';

/** How far one tensor is from what it should be. */
export interface Figure {
  readonly tensor: string;
  /** What was compared with what. */
  readonly what: string;
  /** Largest difference over the largest expected value. */
  readonly difference: number;
  readonly tolerance: number;
}

/** SPEC §7, for single operations, forward and gradient. */
const tolerance = 2e-5;

/**
 * An operation against its twin: its outputs, and its gradients against finite differences of the twin. The
 * gradients are made twice: once over poison, which they must overwrite, once over values, to which they must add.
 */
export async function compareWithTwin(
  name: OperationName,
  twin: Twin,
  one: Case,
  resources: TrialResources,
): Promise<Figure[]> {
  const differentiable = differentiableInputs(name);
  const parts = await buildOperationTrial(name, one, differentiable, resources);
  const { trial, inputs, cotangents, numbers } = parts;
  const figures: Figure[] = [];
  const compare = async (tensor: string, what: string, expected: ArrayLike<number>) => {
    const difference = relativeDifference(await trial.read(tensor), expected);
    figures.push({ tensor, what, difference, tolerance });
  };
  const accumulates = differentiable.length > 0;
  if (accumulates) trial.plan.setParams(name, { accumulate: 0 });
  trial.run();
  const outputs = twin(inputs, numbers);
  for (const output of operationTable[name].outputs)
    await compare(output, 'twin', outputs[output].values);
  const gradients = new Map<string, Float64Array>();
  for (const input of differentiable) {
    const { values } = twinGradient(twin, inputs, numbers, cotangents, input);
    gradients.set(input, values);
    await compare(gradientOf(input), 'finite differences of the twin', values);
  }
  if (accumulates) trial.plan.setParams(name, { accumulate: 1 });
  const random = new Random(2);
  const before = new Map<string, Float64Array>();
  for (const [input, gradient] of gradients) {
    const scale = Math.max(...gradient.map(Math.abs));
    const values = gradient.map(() => Math.fround(scale * random.normal()));
    trial.write(gradientOf(input), values);
    before.set(input, values);
  }
  trial.run('backward');
  for (const [input, values] of before) {
    const gradient = gradients.get(input) ?? values;
    const sums = gradient.map((value, i) => value + values[i]);
    await compare(gradientOf(input), 'the same, added to what was there', sums);
  }
  trial.destroy();
  return figures;
}
