import { type Call, gradientOf } from '../engine/graph/reversal.ts';
import { deviceLength, type Layout } from '../engine/memory/layouts.ts';
import type { TensorStore } from '../engine/memory/tensors.ts';

const firstDecay = 0.9;
const secondDecay = 0.999;

const momentsOf = (name: string) => ({
  first_moment: `${name}.first_moment`,
  second_moment: `${name}.second_moment`,
});

/** Makes a tensor that Adam changes, its gradient and its moments. */
export function createTrained(
  store: TensorStore,
  name: string,
  layout: Layout,
  shape: readonly number[],
  values?: ArrayLike<number>,
): void {
  store.create(name, layout, shape, values);
  for (const one of [gradientOf(name), ...Object.values(momentsOf(name))])
    store.create(one, layout, shape);
}

/** Adam's step on such a tensor. Its parameters are `adamParams`; tensors at the same step may share a label. */
export function adamWeightsCall(store: TensorStore, name: string, label: string): Call {
  const { layout, shape } = store.get(name);
  return {
    operation: 'adam_weights',
    label,
    sizes: { length: deviceLength(layout, shape) },
    tensors: { w: name, d_w: gradientOf(name), ...momentsOf(name) },
    params: adamParams(0, 1),
  };
}

/** @param iteration counted from 1 */
export const adamParams = (learningRate: number, iteration: number) => ({
  learning_rate: learningRate,
  first_correction: 1 - firstDecay ** iteration,
  second_correction: 1 - secondDecay ** iteration,
});
