import { sum, type Twin, tensor, untouched } from './twin.ts';

/** The low-pass filter [1,3,3,1]/4 of one axis: outer([1,3,3,1])/64 with its gain of 4 (SPEC §2). */
export const lowPass = [1 / 4, 3 / 4, 3 / 4, 1 / 4];

/**
 * One cell of zeros on each side of t, then the low-pass filter along both axes (SPEC §2). The channels of t become
 * those of u from `first` on; the others stay.
 */
export const fir: Twin = ({ t }, { samples, channels, total, first, height, width }) => ({
  u: tensor([samples, total, height, width], (n, channel, row, column) => {
    const c = channel - first;
    if (c < 0 || c >= channels) return untouched;
    return sum(4, (a) =>
      sum(4, (b) => lowPass[a] * lowPass[b] * t.atOrZero(n, c, row + a - 1, column + b - 1)),
    );
  }),
});
