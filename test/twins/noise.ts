import { sum, type Tensor, type Twin, tensor } from './twin.ts';

export const noise_map: Twin = ({ noise_const, noise_strength }) => ({
  noise: tensor(noise_const.shape, (y, x) => noise_strength.at(0) * noise_const.at(y, x)),
});

/** Means of 2×2, times 2. */
export const noise_down: Twin = ({ x }, { height, width }) => ({
  coarse: tensor(
    [height / 2, width / 2],
    (i, j) => 2 * mean([0, 1], (a) => mean([0, 1], (b) => x.at(2 * i + a, 2 * j + b))),
  ),
});

/** Squares of the mean products with the neighbour along x and along y, around the edges. */
export const noise_correlation: Twin = ({ x }, { height, width, factor }) => {
  const correlation = (down: number, right: number): number =>
    meanOf(x, (i, j) => x.at(i, j) * x.at((i + down) % height, (j + right) % width));
  const correlations = [correlation(0, 1), correlation(1, 0)];
  const losses = correlations.map((one) => factor * one ** 2);
  return {
    correlations: tensor([2], (k) => correlations[k]),
    losses: tensor([2], (k) => losses[k]),
    loss: tensor([1], () => losses[0] + losses[1]),
  };
};

export const normalize_noise: Twin = ({ x }) => {
  const average = meanOf(x, (i, j) => x.at(i, j));
  const variance = meanOf(x, (i, j) => (x.at(i, j) - average) ** 2);
  return { x: tensor(x.shape, (i, j) => (x.at(i, j) - average) / Math.sqrt(variance + 1e-8)) };
};

const mean = (values: readonly number[], term: (value: number) => number): number =>
  sum(values.length, (i) => term(values[i])) / values.length;

const meanOf = ({ shape: [height, width] }: Tensor, term: (i: number, j: number) => number) =>
  sum(height, (i) => sum(width, (j) => term(i, j))) / (height * width);
