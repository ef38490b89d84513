import { Tensor, type Tensors, type Twin } from './twin.ts';

/**
 * The step, as a part of the input's largest value. Rounding of f64 over the step stays near 1e-9, the step's square
 * times a third derivative below it: far less than the 2e-5 that f32 is allowed. Larger steps meet more kinks.
 */
const relativeStep = 1e-6;

/**
 * The gradient of Σ cotangent · output with respect to every element of one input, by central differences of the
 * twin. Elements that the twin leaves untouched do not count.
 */
export function twinGradient(
  twin: Twin,
  inputs: Tensors,
  numbers: Readonly<Record<string, number>>,
  cotangents: Tensors,
  input: string,
): Tensor {
  const varied = new Float64Array(inputs[input].values);
  const tensors = { ...inputs, [input]: new Tensor(inputs[input].shape, varied) };
  const objective = () => dot(twin(tensors, numbers), cotangents);
  const step = relativeStep * Math.max(...varied.map(Math.abs));
  const gradient = varied.map((value, i) => {
    varied[i] = value + step;
    const above = objective();
    varied[i] = value - step;
    const below = objective();
    varied[i] = value;
    return (above - below) / (2 * step);
  });
  return new Tensor(inputs[input].shape, gradient);
}

function dot(outputs: Tensors, cotangents: Tensors): number {
  let total = 0;
  for (const [name, { values }] of Object.entries(cotangents))
    outputs[name].values.forEach((value, i) => {
      if (!Number.isNaN(value)) total += value * values[i];
    });
  return total;
}

/**
 * The largest difference over the largest expected value (SPEC §7). Where NaN is expected (an element that stays
 * poisoned) NaN alone is right; everything else that is not finite counts as infinitely wrong.
 */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isNaN(expected[i]) && Number.isNaN(actual[i])) continue;
    const here = Math.abs(actual[i] - expected[i]);
    if (!Number.isFinite(here)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, Math.abs(expected[i]));
    difference = Math.max(difference, here);
  }
  return difference === 0 ? 0 : difference / largest;
}
