import { type Call, gradientOf } from '../../src/engine/graph/reversal.ts';
import { storedLayout } from '../../src/engine/memory/layouts.ts';
import { tensorShape } from '../../src/engine/operations/operation.ts';
import { type OperationName, operationTable } from '../../src/engine/operations/operations.ts';
import { decodeF16, encodeF16 } from '../../src/formats/tensors/half_precision.ts';
import type { Case } from './cases.ts';
import { type CellChoice, PlanTrial, type TrialResources } from './plan_trial.ts';
import { Random } from './random.ts';
import { Tensor, type Tensors, tensor } from './twin.ts';

/** One with which no value of a case lies within a step of finite differences of a kink (leaky ReLU, clamp). */
const seed = 3;

/** One case of an operation: its inputs and cotangents, and a plan that runs it both ways. */
export interface OperationTrial {
  readonly trial: PlanTrial;
  /** What the twin takes, rounded as the kernels get it. */
  readonly inputs: Tensors;
  /** By the output's name. A loss has none: it is one number, and its cotangent 1. */
  readonly cotangents: Tensors;
  /** Sizes and parameters by their names in `struct Params`. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Tensors that come into an operation: neither its outputs nor what its entry points hand each other. */
export function inputsOf(name: OperationName): string[] {
  const { tensors, forward, outputs } = operationTable[name];
  const made = Object.values(forward).flatMap(({ writes }) => writes);
  const scratch = [...made, ...gradientsOf(name)].filter((own) => !outputs.includes(own));
  return Object.keys(tensors).filter((own) => !outputs.includes(own) && !scratch.includes(own));
}

/** Inputs that some backward entry point makes a gradient of, and that a case has differentiated. */
export function differentiableInputs(
  name: OperationName,
  { undifferentiated = [] }: Pick<Case, 'undifferentiated'> = {},
): string[] {
  const made = gradientsOf(name);
  return inputsOf(name).filter(
    (input) => made.includes(gradientOf(input)) && !undifferentiated.includes(input),
  );
}

const gradientsOf = (name: OperationName): string[] =>
  Object.values(operationTable[name].backward).flatMap(({ writes }) => writes);

/**
 * @param wanted inputs whose gradients are asked for
 * @param choice the cells that kernels cover; all, without it
 */
export async function buildOperationTrial(
  name: OperationName,
  { sizes, params = {}, draw = {}, given }: Case,
  wanted: readonly string[],
  resources: TrialResources,
  choice?: CellChoice,
): Promise<OperationTrial> {
  const { tensors, outputs, loss, backward } = operationTable[name];
  const hasCotangents = !loss && Object.keys(backward).length > 0;
  const random = new Random(seed);
  const numbers = { ...sizes, ...params };
  const drawn = (own: string): Tensor =>
    tensor(tensorShape(tensors[own], sizes), () => draw[own]?.(random) ?? random.normal());
  const inputs: Record<string, Tensor> = { ...given?.(random) };
  for (const input of inputsOf(name)) inputs[input] ??= drawn(input);
  const { precision = 'f32' } = resources;
  for (const [input, values] of Object.entries(inputs)) {
    const layout = storedLayout(tensors[input]?.layout ?? 'plain', precision);
    inputs[input] = layout === 'convolution_half' ? roundedToHalf(values) : rounded(values);
  }
  const cotangents = Object.fromEntries(
    hasCotangents ? outputs.map((output) => [output, rounded(drawn(output))]) : [],
  );
  const roots = wanted.length > 0 ? Object.keys(cotangents) : [];
  const call: Call = {
    operation: name,
    label: name,
    sizes,
    params,
    tensors: Object.fromEntries([...inputsOf(name), ...outputs].map((own) => [own, own])),
  };
  const trial = await PlanTrial.build({ calls: [call], roots, wanted }, resources, choice);
  for (const [own, { values }] of Object.entries(inputs))
    if (own in tensors) trial.write(own, values);
  for (const [output, { values }] of Object.entries(cotangents))
    trial.write(gradientOf(output), values);
  return { trial, inputs, cotangents, numbers };
}

const rounded = ({ shape, values }: Tensor): Tensor => new Tensor(shape, values.map(Math.fround));

const roundedToHalf = ({ shape, values }: Tensor): Tensor =>
  new Tensor(shape, Float64Array.from(decodeF16(encodeF16(values))));
