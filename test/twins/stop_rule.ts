import type { ImageSize } from './resize.ts';
import { type Twin, tensor } from './twin.ts';

/** Which pixels a patch holds, in whole numbers, so that ties are outside. SPEC §3.4. */
export function inPatch(
  [row, column]: readonly [number, number],
  [pointRow, pointColumn]: readonly [number, number],
  radius: number,
  { image_height: height, image_width: width }: ImageSize,
): boolean {
  const offset = (i: number, p: number, length: number) => i * length - p * (length - 1);
  const down = offset(row, pointRow, height) * (width - 1);
  const across = offset(column, pointColumn, width) * (height - 1);
  return down ** 2 + across ** 2 < (radius * (height - 1) * (width - 1)) ** 2;
}

/** Shifts, weights and distances of the points, and the first four words of the status. SPEC §3.3-4. */
export const stop_rule: Twin = (
  { positions, targets },
  { points, image_height, image_width, radius, stop_distance },
) => {
  const size = { image_height, image_width };
  const way = (j: number, axis: number) => targets.at(j, axis) - positions.at(j, axis);
  const distances = Array.from({ length: points }, (_, j) => Math.hypot(way(j, 0), way(j, 1)));
  const limit = stop_distance * Math.max(Math.max(image_height, image_width) / 512, 1);
  const stopped = distances.every((distance) => distance <= limit);
  const moved = distances.map((distance) => distance > 1);
  const pixels = (j: number): number => {
    let count = 0;
    for (let i = 0; i < image_height; i++)
      for (let k = 0; k < image_width; k++)
        if (inPatch([i, k], [positions.at(j, 0), positions.at(j, 1)], radius, size)) count++;
    return count;
  };
  const shifts = tensor([points, 4], (j, word) => {
    if (word === 3) return distances[j];
    if (stopped || !moved[j]) return 0;
    return word === 2 ? 1 / pixels(j) : way(j, word) / (distances[j] + 1e-7);
  });
  const mean = distances.reduce((a, b) => a + b, 0) / points;
  const words = [stopped ? 1 : 0, 0, moved.filter(Boolean).length, mean, 0, 0, 0, 0];
  return { shifts, status: tensor([8], (word) => words[word]) };
};
