import { lowPass } from './fir.ts';
import { sum, type Twin, tensor } from './twin.ts';
import { upsample2 } from './upsample.ts';

export const image_difference: Twin = ({ image, target_image }) => ({
  difference: tensor(image.shape, (...index) => image.at(...index) - target_image.at(...index)),
});

/** Filtered by [1,3,3,1]/8 along each axis, zero outside, and every second pixel taken. */
export const pyramid_down: Twin = ({ x }) => {
  const [samples, channels, height, width] = x.shape;
  return {
    coarse: tensor([samples, channels, height / 2, width / 2], (n, c, i, j) =>
      sum(4, (a) =>
        sum(
          4,
          (b) => ((lowPass[a] * lowPass[b]) / 4) * x.atOrZero(n, c, 2 * i - 1 + a, 2 * j - 1 + b),
        ),
      ),
    ),
  };
};

/** weight · mean |x − upsample2(coarse)|. */
export const laplacian_loss: Twin = ({ x, coarse }, { weight }) => {
  const [samples, channels, height, width] = x.shape;
  const enlarged = upsample2(coarse);
  const total = sum(samples, (n) =>
    sum(channels, (c) =>
      sum(height, (i) => sum(width, (j) => Math.abs(x.at(n, c, i, j) - enlarged.at(n, c, i, j)))),
    ),
  );
  const signs = tensor(x.shape, (...index) => Math.sign(x.at(...index) - enlarged.at(...index)));
  return {
    signs,
    loss: tensor([1], () => (weight * total) / (samples * channels * height * width)),
  };
};
