import { between, resized } from './resize.ts';
import { inPatch } from './stop_rule.ts';
import { sum, type Twin, tensor } from './twin.ts';

/** The motion loss. `detached` is the feature map once more, through which no gradient goes. SPEC §3.4. */
export const motion_supervision: Twin = (
  { features, detached, positions, shifts },
  { points, channels, image_height, image_width, radius },
) => {
  const size = { image_height, image_width };
  const moving = resized(features, size);
  const fixed = resized(detached, size);
  const pixel = (c: number, i: number, k: number) =>
    i >= 0 && i < image_height && k >= 0 && k < image_width ? moving(c, i, k) : 0;
  const shifted = (c: number, row: number, column: number): number => {
    const [i, k] = [Math.floor(row), Math.floor(column)];
    return between(
      between(pixel(c, i, k), pixel(c, i, k + 1), column - k),
      between(pixel(c, i + 1, k), pixel(c, i + 1, k + 1), column - k),
      row - i,
    );
  };
  const term = (j: number): number => {
    if (shifts.at(j, 2) === 0) return 0;
    const [row, column] = [positions.at(j, 0), positions.at(j, 1)];
    let total = 0;
    for (let i = Math.max(row - radius, 0); i < Math.min(row + radius, image_height); i++)
      for (let k = Math.max(column - radius, 0); k < Math.min(column + radius, image_width); k++)
        if (inPatch([i, k], [row, column], radius, size))
          total += sum(channels, (c) =>
            Math.abs(shifted(c, i + shifts.at(j, 0), k + shifts.at(j, 1)) - fixed(c, i, k)),
          );
    return (total * shifts.at(j, 2)) / channels;
  };
  return { loss: tensor([1], () => sum(points, term)) };
};
