import { gradientOf } from '../../src/engine/graph/reversal.ts';
import { tensorShape } from '../../src/engine/operations/operation.ts';
import { type OperationName, operationTable } from '../../src/engine/operations/operations.ts';
import { decodeF16, encodeF16 } from '../../src/formats/tensors/half_precision.ts';
import type { Case } from './cases.ts';
import { type Figure, lossWords } from './figures.ts';
import {
  buildOperationTrial,
  differentiableInputs,
  type OperationTrial,
} from './operation_trial.ts';
import type { TrialResources } from './plan_trial.ts';
import { Random } from './random.ts';

/** Elements of an input that are compared, drawn at random where it has more: each takes at least eight runs. */
const mostElements = 16;
/**
 * Steps, of the input's largest value, from large to small. The extrapolation's error is a step's fourth power, 2e-5 at
 * the first, and f32's rounding over the step 1e-6. Smaller ones are for elements near a kink.
 */
const relativeSteps = [1 / 16, 1 / 64, 1 / 256, 1 / 1024, 1 / 4096];
/** Of the largest gradient: rounding over the smallest step, and cancellation in sums. */
const tolerance = 5e-4;
/** Estimates of two steps that differ by more, of the largest gradient, have a kink between them. */
const disagreement = tolerance / 4;

/** Where more than this part of the elements sits at kinks, the rest tells too little. */
const mostKinks = 1 / 2;

/**
 * A shader's backward pass against finite differences of its own forward pass on the device, whatever its formula now
 * is. Sums over outputs are taken here, in f64.
 */
export async function compareWithOwnForward(
  name: OperationName,
  one: Case,
  resources: TrialResources,
): Promise<Figure[]> {
  const differentiable = differentiableInputs(name, one);
  if (Object.keys(operationTable[name].forward).length === 0) return [];
  const parts = await buildOperationTrial(name, one, differentiable, resources);
  const { trial } = parts;
  if (differentiable.length > 0) trial.plan.setParams(name, { accumulate: 0 });
  trial.run();
  const objective = await objectiveOf(name, parts);
  const figures: Figure[] = [];
  for (const input of differentiable) {
    const gradient = await trial.read(gradientOf(input));
    const elements = chooseElements(
      tensorShape(operationTable[name].tensors[input], one.sizes),
      one,
    );
    if (elements.length === 0) continue;
    const derivative = derivativeOf(input, parts, objective);
    const estimates = await inTurn(elements, (at) => derivative(at, relativeSteps[0]));
    const scale = Math.max(
      ...estimates.map(Math.abs),
      ...elements.map((at) => Math.abs(gradient[at])),
    );
    let largest = 0;
    let kinks = 0;
    for (const [k, at] of elements.entries()) {
      const expected = await settle(estimates[k], disagreement * scale, (step) =>
        derivative(at, step),
      );
      if (expected === undefined) kinks++;
      else largest = Math.max(largest, Math.abs(gradient[at] - expected));
    }
    // NaN, which is within no tolerance, also where all gradients are zero.
    const difference = kinks > mostKinks * elements.length ? Number.NaN : largest / scale;
    figures.push({
      tensor: gradientOf(input),
      against: 'its own forward',
      difference,
      tolerance,
      kinks,
    });
  }
  trial.destroy();
  return figures;
}

/** The first estimate that a smaller step confirms; undefined at a kink. */
async function settle(
  first: number,
  within: number,
  estimate: (step: number) => Promise<number>,
): Promise<number | undefined> {
  let last = first;
  for (const step of relativeSteps.slice(1)) {
    const closer = await estimate(step);
    if (Math.abs(closer - last) <= within) return last;
    last = closer;
  }
  return undefined;
}

/** A derivative by one element of an input: Richardson's extrapolation of two central differences. */
function derivativeOf(
  input: string,
  { trial, inputs }: OperationTrial,
  objective: () => Promise<number>,
) {
  const values = Float32Array.from(inputs[input].values);
  const largest = Math.max(...values.map(Math.abs));
  const halves = trial.tensor(input).layout === 'convolution_half';
  /** As the kernels get it. */
  const stored = (value: number): number => (halves ? decodeF16(encodeF16([value]))[0] : value);
  const slope = async (at: number, width: number): Promise<number> => {
    const value = values[at];
    const measure = async (x: number): Promise<{ x: number; y: number }> => {
      values[at] = x;
      trial.write(input, values);
      trial.run('forward');
      return { x: stored(values[at]), y: await objective() };
    };
    const below = await measure(value - width);
    const above = await measure(value + width);
    values[at] = value;
    trial.write(input, values);
    return (above.y - below.y) / (above.x - below.x);
  };
  return async (at: number, relativeStep: number): Promise<number> => {
    const width = relativeStep * largest;
    return (4 * (await slope(at, width)) - (await slope(at, 2 * width))) / 3;
  };
}

/**
 * What the backward pass is the gradient of: Σ cotangent · output, or the loss as the sum of its parts `losses`, which
 * rounds less than the sum that the kernel makes of them.
 */
async function objectiveOf(
  name: OperationName,
  { trial, cotangents }: OperationTrial,
): Promise<() => Promise<number>> {
  const word = lossWords[name];
  const weights: Record<string, ArrayLike<number>> = {};
  if (!operationTable[name].loss) {
    for (const [output, { values }] of Object.entries(cotangents)) weights[output] = values;
  } else {
    const losses = await trial.read('losses');
    const sum = losses.reduce((a, b) => a + b, 0);
    // Where no word of the status has it, the parts are the loss.
    const loss = word === undefined ? sum : (await trial.read('status'))[word];
    weights.losses = new Float64Array(losses.length).fill(loss / sum);
  }
  return async () => {
    let total = 0;
    for (const [output, weight] of Object.entries(weights)) {
      const values = await trial.read(output);
      // What an operation leaves untouched is poison.
      values.forEach((value, i) => {
        if (!Number.isNaN(value)) total += value * weight[i];
      });
    }
    return total;
  };
}

function chooseElements(shape: readonly number[], { withoutDifferences }: Case): number[] {
  const length = shape.reduce((a, b) => a * b, 1);
  const index = (at: number): number[] => {
    const result: number[] = [];
    for (const size of [...shape].reverse()) {
      result.unshift(at % size);
      at = Math.floor(at / size);
    }
    return result;
  };
  const random = new Random(4);
  return Array.from({ length }, (_, at) => ({ at, order: random.uniform() }))
    .filter(({ at }) => !withoutDifferences?.(...index(at)))
    .sort((a, b) => a.order - b.order)
    .slice(0, mostElements)
    .map(({ at }) => at);
}

async function inTurn<T>(
  elements: readonly number[],
  make: (at: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const at of elements) results.push(await make(at));
  return results;
}
