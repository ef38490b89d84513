import { type OperationName, operationTable, tensorShape } from '../../src/engine/operations.ts';
import { type Call, gradientOf } from '../../src/engine/reversal.ts';
import type { Case } from './cases.ts';
import { PlanTrial, type TrialResources } from './plan_trial.ts';
import { Random } from './random.ts';
import { type Tensor, type Tensors, tensor } from './twin.ts';

/** One with which no value of a case lies within a step of finite differences of a kink (leaky ReLU, clamp). */
const seed = 3;

/** One case of an operation: random inputs and cotangents, and a plan that runs it both ways. */
export interface OperationTrial {
  readonly trial: PlanTrial;
  readonly inputs: Tensors;
  /** By the output's name. */
  readonly cotangents: Tensors;
  /** Sizes and parameters by their names in `struct Params`. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Tensors that come into an operation: neither its outputs nor what its backward entry points hand each other. */
export function inputsOf(name: OperationName): string[] {
  const { tensors, outputs } = operationTable[name];
  return Object.keys(tensors).filter(
    (tensor) => !outputs.includes(tensor) && !tensor.startsWith('d_'),
  );
}

/** Inputs that some backward entry point makes a gradient of. */
export function differentiableInputs(name: OperationName): string[] {
  const written = Object.values(operationTable[name].backward).flatMap(({ writes }) => writes);
  return inputsOf(name).filter((input) => written.includes(gradientOf(input)));
}

/** @param wanted inputs whose gradients are asked for */
export async function buildOperationTrial(
  name: OperationName,
  { sizes, params = {}, draw = {} }: Case,
  wanted: readonly string[],
  resources: TrialResources,
): Promise<OperationTrial> {
  const { tensors, outputs } = operationTable[name];
  const random = new Random(seed);
  const drawn = (tensorName: string): Tensor =>
    tensor(tensorShape(tensors[tensorName], sizes), () =>
      Math.fround(draw[tensorName]?.(random) ?? random.normal()),
    );
  const inputs = Object.fromEntries(inputsOf(name).map((input) => [input, drawn(input)]));
  const cotangents = Object.fromEntries(outputs.map((output) => [output, drawn(output)]));
  const call: Call = {
    operation: name,
    label: name,
    sizes,
    params,
    tensors: Object.fromEntries([...inputsOf(name), ...outputs].map((own) => [own, own])),
  };
  const roots = wanted.length > 0 ? outputs : [];
  const trial = await PlanTrial.build({ calls: [call], roots, wanted }, resources);
  for (const [input, { values }] of Object.entries(inputs)) trial.write(input, values);
  for (const [output, { values }] of Object.entries(cotangents))
    trial.write(gradientOf(output), values);
  return { trial, inputs, cotangents, numbers: { ...sizes, ...params } };
}
