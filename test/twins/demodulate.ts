import { sum, type Twin, tensor } from './twin.ts';

/** Equation 3 of StyleGAN2 (SPEC §2), on the squares of the weights summed over their taps. */
export const demodulate: Twin = ({ energy, styles }, { samples, outputs, inputs }) => ({
  demodulation: tensor([samples, outputs], (n, o) => {
    const variance = sum(inputs, (i) => energy.at(o, i) * styles.at(n, i) ** 2);
    return 1 / Math.sqrt(variance + 1e-8);
  }),
});
