import { sum, type Twin, tensor } from './twin.ts';

/** Cross-correlation of the modulated map with the constant weights (SPEC §2), zeros around it. */
export const conv3x3: Twin = (
  { x, styles, weight },
  { samples, inputs, outputs, height, width },
) => ({
  u: tensor([samples, outputs, height, width], (n, o, row, column) =>
    sum(inputs, (i) =>
      sum(3, (a) =>
        sum(3, (b) => {
          const modulated = styles.at(n, i) * x.atOrZero(n, i, row + a - 1, column + b - 1);
          return weight.at(o, i, a, b) * modulated;
        }),
      ),
    ),
  ),
});
