import type { Tensor } from './twin.ts';

/** A feature map (1,C,n,n) resized bilinearly to side × side: the value of a channel at a pixel. SPEC §3.1. */
export function resized(features: Tensor, side: number) {
  const [, , cells] = features.shape;
  return (channel: number, row: number, column: number): number => {
    const [top, bottom, down] = axis(row, cells, side);
    const [left, right, across] = axis(column, cells, side);
    const at = (i: number, k: number) => features.at(0, channel, i, k);
    return between(
      between(at(top, left), at(top, right), across),
      between(at(bottom, left), at(bottom, right), across),
      down,
    );
  };
}

/** Exactly `a` where both are the same, so that a map is exactly constant beyond its outer cells' centres. */
export const between = (a: number, b: number, fraction: number): number => a + fraction * (b - a);

function axis(pixel: number, cells: number, side: number): [number, number, number] {
  const source = Math.max(((pixel + 0.5) * cells) / side - 0.5, 0);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, cells - 1), source - low];
}
