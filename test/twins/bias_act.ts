import { clamp as limit, type Twin, tensor } from './twin.ts';

/** Demodulation, noise, bias, leaky ReLU, gain and clamp: the end of a layer (SPEC §2). */
export const bias_act: Twin = (
  { u, demodulation, noise, bias },
  { samples, channels, height, width, slope, gain, clamp, noise_gain },
) => ({
  y: tensor([samples, channels, height, width], (n, c, row, column) => {
    const value =
      demodulation.at(n, c) * u.at(n, c, row, column) +
      noise_gain * noise.at(row, column) +
      bias.at(c);
    return limit(gain * (value < 0 ? slope * value : value), -clamp, clamp);
  }),
});
