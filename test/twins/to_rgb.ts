import { clamp as limit, sum, type Twin, tensor } from './twin.ts';

/** Features to colours: a modulated 1×1 convolution without demodulation, bias, clamp (SPEC §2). */
export const to_rgb: Twin = (
  { x, styles, weight, bias },
  { samples, inputs, outputs, height, width, clamp },
) => ({
  rgb: tensor([samples, outputs, height, width], (n, o, row, column) => {
    const value = sum(
      inputs,
      (i) => weight.at(o, i, 0, 0) * styles.at(n, i) * x.at(n, i, row, column),
    );
    return limit(value + bias.at(o), -clamp, clamp);
  }),
});
