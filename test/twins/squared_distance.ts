import { sum, type Twin, tensor } from './twin.ts';

/** The mean squared difference of two pictures, by rows and as one number. */
export const squared_distance: Twin = (
  { image, target_image },
  { samples, channels, height, width, factor },
) => {
  const losses = tensor([samples, height], (n, row) => {
    const squares = sum(channels, (c) =>
      sum(
        width,
        (column) => (image.at(n, c, row, column) - target_image.at(n, c, row, column)) ** 2,
      ),
    );
    return (factor * squares) / (samples * channels * height * width);
  });
  return { losses, loss: tensor([1], () => losses.values.reduce((a, b) => a + b, 0)) };
};
