import { sum, type Twin, tensor } from './twin.ts';

/** A layer of the mapping network or an affine layer (SPEC §1.2, §2). A slope of 1 makes it linear. */
export const fully_connected: Twin = (
  { x, weight, bias },
  { samples, inputs, outputs, weight_gain, bias_gain, slope, gain },
) => ({
  y: tensor([samples, outputs], (n, o) => {
    const products = sum(inputs, (i) => x.at(n, i) * weight.at(o, i));
    const value = weight_gain * products + bias_gain * bias.at(o);
    return gain * (value < 0 ? slope * value : value);
  }),
});
