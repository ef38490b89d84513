import { sum, type Twin, tensor, untouched } from './twin.ts';

/** The squares of a convolution's weights, summed over its taps (SPEC §2), into its part of the layer's outputs. */
export const weight_energy: Twin = ({ weight }, { outputs, inputs, total, first }) => ({
  energy: tensor([total, inputs], (row, i) => {
    const o = row - first;
    if (o < 0 || o >= outputs) return untouched;
    return sum(3, (a) => sum(3, (b) => weight.at(o, i, a, b) ** 2));
  }),
});
