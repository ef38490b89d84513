import { sum, type Twin, tensor } from './twin.ts';

/** The low-pass filter [1,3,3,1]/4 of one axis: outer([1,3,3,1])/64 with its gain of 4 (SPEC §2). */
export const lowPass = [1 / 4, 3 / 4, 3 / 4, 1 / 4];

/** One cell of zeros on each side of t, then the low-pass filter along both axes (SPEC §2). */
export const fir: Twin = ({ t }, { samples, channels, height, width }) => ({
  u: tensor([samples, channels, height, width], (n, c, row, column) =>
    sum(4, (a) =>
      sum(4, (b) => lowPass[a] * lowPass[b] * t.atOrZero(n, c, row + a - 1, column + b - 1)),
    ),
  ),
});
