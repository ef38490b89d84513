import { sum, type Twin, tensor, untouched } from './twin.ts';

/** Each row of x by its root mean square (SPEC §1.1), from column `offset` of y on; the other columns stay. */
export const normalize: Twin = ({ x }, { samples, channels, total, offset }) => {
  const scale = tensor([samples], (n) => {
    const meanSquare = sum(channels, (c) => x.at(n, c) ** 2) / channels;
    return 1 / Math.sqrt(meanSquare + 1e-8);
  });
  const y = tensor([samples, total], (n, column) => {
    const c = column - offset;
    return c >= 0 && c < channels ? x.at(n, c) * scale.at(n) : untouched;
  });
  return { y };
};
