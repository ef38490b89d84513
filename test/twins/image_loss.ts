import { lowPass } from './fir.ts';
import { sum, type Twin, tensor } from './twin.ts';

export const image_difference: Twin = ({ image, target_image }) => ({
  difference: tensor(image.shape, (...index) => image.at(...index) - target_image.at(...index)),
});

/** What must stay is the other map's. */
export const keep_part: Twin = ({ x, first, kept }) => ({
  y: tensor(
    x.shape,
    (n, c, i, j) => (1 - kept.at(i, j)) * x.at(n, c, i, j) + kept.at(i, j) * first.at(n, c, i, j),
  ),
});

/** Filtered by [1,3,3,1]/8 along each axis, zero outside, every second pixel taken, and negated. */
export const pyramid_down: Twin = ({ x }) => {
  const [samples, channels, height, width] = x.shape;
  return {
    coarse: tensor([samples, channels, height / 2, width / 2], (n, c, i, j) =>
      sum(4, (a) =>
        sum(
          4,
          (b) => (-(lowPass[a] * lowPass[b]) / 4) * x.atOrZero(n, c, 2 * i - 1 + a, 2 * j - 1 + b),
        ),
      ),
    ),
  };
};

/** The mean absolute value, by rows and as one number. */
export const absolute_loss: Twin = ({ x }, { samples, channels, height, width }) => {
  const losses = tensor([samples, height], (n, row) => {
    const total = sum(channels, (c) => sum(width, (column) => Math.abs(x.at(n, c, row, column))));
    return total / (samples * channels * height * width);
  });
  return { losses, loss: tensor([1], () => losses.values.reduce((a, b) => a + b, 0)) };
};
