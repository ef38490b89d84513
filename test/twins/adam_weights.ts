import { type Twin, tensor } from './twin.ts';

/** Adam's step with given bias corrections. */
export const adam_weights: Twin = (
  { w, d_w, first_moment, second_moment },
  { length, learning_rate, first_correction, second_correction },
) => {
  const first = tensor([length], (i) => 0.9 * first_moment.at(i) + 0.1 * d_w.at(i));
  const second = tensor([length], (i) => 0.999 * second_moment.at(i) + 0.001 * d_w.at(i) ** 2);
  return {
    w: tensor([length], (i) => {
      const scale = Math.sqrt(second.at(i) / second_correction) + 1e-8;
      return w.at(i) - (learning_rate * (first.at(i) / first_correction)) / scale;
    }),
    first_moment: first,
    second_moment: second,
  };
};
