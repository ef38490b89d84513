import { type Twin, tensor } from './twin.ts';

/** Step `iteration`, counted from 1, of Adam with one second moment for all values. */
export const adam_together: Twin = (
  { w, d_w, first_moment, second_moment },
  { length, learning_rate, iteration },
) => {
  let squares = 0;
  for (let i = 0; i < length; i++) squares += d_w.at(i) ** 2;
  const second = 0.999 * second_moment.at(0) + (0.001 * squares) / length;
  const first = tensor([length], (i) => 0.9 * first_moment.at(i) + 0.1 * d_w.at(i));
  const scale = Math.sqrt(second / (1 - 0.999 ** iteration)) + 1e-8;
  return {
    w: tensor(
      [length],
      (i) => w.at(i) - (learning_rate * first.at(i)) / (1 - 0.9 ** iteration) / scale,
    ),
    first_moment: first,
    second_moment: tensor([1], () => second),
  };
};
