import type { Tensor } from './twin.ts';

/** Of the image, in pixels: a twin's sizes. */
export interface ImageSize {
  readonly image_height: number;
  readonly image_width: number;
}

/** A feature map (1,C,h,w) resized bilinearly to the image: the value of a channel at a pixel. SPEC §3.1. */
export function resized(features: Tensor, { image_height, image_width }: ImageSize) {
  const [, , height, width] = features.shape;
  return (channel: number, row: number, column: number): number => {
    const [top, bottom, down] = axis(row, height, image_height);
    const [left, right, across] = axis(column, width, image_width);
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

function axis(pixel: number, cells: number, pixels: number): [number, number, number] {
  const source = Math.max(((pixel + 0.5) * cells) / pixels - 0.5, 0);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, cells - 1), source - low];
}
