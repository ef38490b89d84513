import { resized } from './resize.ts';
import { sum, Tensor, type Twin, tensor } from './twin.ts';

/** f⁰ (P,C): the features at the handles. SPEC §3.1. */
export const remember: Twin = (
  { features, positions },
  { points, channels, image_height, image_width },
) => {
  const f = resized(features, { image_height, image_width });
  return {
    references: tensor([points, channels], (j, c) => f(c, positions.at(j, 0), positions.at(j, 1))),
  };
};

/** The new handles, by going through the window in row-major order. SPEC §3.2. */
export const point_tracking: Twin = (
  { features, references, positions },
  { points, channels, radius, image_height, image_width },
) => {
  const f = resized(features, { image_height, image_width });
  const found = new Float64Array(2 * points);
  for (let j = 0; j < points; j++) {
    const [row, column] = [positions.at(j, 0), positions.at(j, 1)];
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = Math.max(row - radius, 0); i < Math.min(row + radius + 1, image_height); i++)
      for (
        let k = Math.max(column - radius, 0);
        k < Math.min(column + radius + 1, image_width);
        k++
      ) {
        const distance = sum(channels, (c) => (f(c, i, k) - references.at(j, c)) ** 2);
        if (distance < smallest) {
          smallest = distance;
          found.set([i, k], 2 * j);
        }
      }
  }
  return { positions: new Tensor([points, 2], found) };
};
