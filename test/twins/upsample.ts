import { lowPass } from './fir.ts';
import { sum, type Tensor, type Twin, tensor } from './twin.ts';

/** Twice the size: a zero after each value, two zeros before and one after all, the low-pass filter (SPEC §2). */
export function upsample2(map: Tensor): Tensor {
  const [samples, channels, height, width] = map.shape;
  const stuffed = tensor([samples, channels, 2 * height, 2 * width], (n, c, row, column) =>
    row % 2 === 0 && column % 2 === 0 ? map.at(n, c, row / 2, column / 2) : 0,
  );
  return tensor(stuffed.shape, (n, c, row, column) =>
    sum(4, (a) =>
      sum(4, (b) => lowPass[a] * lowPass[b] * stuffed.atOrZero(n, c, row + a - 2, column + b - 2)),
    ),
  );
}

/** The image so far at twice its size, and what this block adds to it. */
export const upsample: Twin = ({ previous, rgb }) => {
  const larger = upsample2(previous);
  return { image: tensor(rgb.shape, (...index) => larger.at(...index) + rgb.at(...index)) };
};
