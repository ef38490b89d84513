import { type Twin, tensor } from './twin.ts';

/** The input of a convolution times its styles (SPEC §2). */
export const modulate: Twin = ({ x, styles }, { samples, inputs, height, width }) => ({
  modulated: tensor(
    [samples, inputs, height, width],
    (n, i, row, column) => styles.at(n, i) * x.at(n, i, row, column),
  ),
});

/** A modulated convolution of what is modulated already: with styles of one. */
export const ofModulated =
  (convolution: Twin): Twin =>
  ({ modulated, weight }, numbers) => {
    const styles = tensor([numbers.samples, numbers.inputs], () => 1);
    return convolution({ x: modulated, styles, weight }, numbers);
  };
