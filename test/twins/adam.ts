import { type Twin, tensor } from './twin.ts';

/** Adam's step `iteration`, counted from 1. SPEC §3. */
export const adam: Twin = (
  { w, d_w, first_moment, second_moment },
  { rows, length, learning_rate, iteration },
) => {
  const shape = [rows, length];
  const first = tensor(shape, (r, i) => 0.9 * first_moment.at(r, i) + 0.1 * d_w.at(r, i));
  const second = tensor(
    shape,
    (r, i) => 0.999 * second_moment.at(r, i) + 0.001 * d_w.at(r, i) ** 2,
  );
  const step = (r: number, i: number): number =>
    first.at(r, i) /
    (1 - 0.9 ** iteration) /
    (Math.sqrt(second.at(r, i) / (1 - 0.999 ** iteration)) + 1e-8);
  return {
    w: tensor(shape, (r, i) => w.at(r, i) - learning_rate * step(r, i)),
    first_moment: first,
    second_moment: second,
  };
};
