import { between, resized } from './resize.ts';
import { inPatch } from './stop_rule.ts';
import { sum, type Twin, tensor } from './twin.ts';

/** The motion loss. `detached` is the feature map once more, through which no gradient goes. SPEC §3.4. */
export const motion_supervision: Twin = (
  { features, detached, positions, shifts },
  { points, channels, side, radius },
) => {
  const moving = resized(features, side);
  const fixed = resized(detached, side);
  const inside = (i: number) => i >= 0 && i < side;
  const pixel = (c: number, i: number, k: number) => (inside(i) && inside(k) ? moving(c, i, k) : 0);
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
    for (let i = Math.max(row - radius, 0); i < Math.min(row + radius, side); i++)
      for (let k = Math.max(column - radius, 0); k < Math.min(column + radius, side); k++)
        if (inPatch([i, k], [row, column], radius, side))
          total += sum(channels, (c) =>
            Math.abs(shifted(c, i + shifts.at(j, 0), k + shifts.at(j, 1)) - fixed(c, i, k)),
          );
    return (total * shifts.at(j, 2)) / channels;
  };
  return { loss: tensor([1], () => sum(points, term)) };
};
