import type { PixelImage } from '../../src/library/api.ts';
import type { Pixel } from './landmarks.ts';

/** Square pictures with r, g, b a pixel. */
export interface Picture {
  side: number;
  rgb: ArrayLike<number>;
}

/** A picture of a model without its opacity. */
export function pictureOf({ width, rgba }: PixelImage): Picture {
  const rgb = Uint8Array.from({ length: (3 * rgba.length) / 4 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return rgba[4 * pixel + (i % 3)];
  });
  return { side: width, rgb };
}

export interface Found {
  /** Pixels between where the patch should be and where it looks most alike. */
  distance: number;
  /** The likeness there, and at the right place: normalised cross-correlation, at most 1. */
  best: number;
  inPlace: number;
}

/** Sizes in pixels of a 128-pixel picture. */
const usualRadius = 8;
const searchRadius = 14;
/** Below this share of pixels inside both pictures a place is not compared. */
const leastOverlap = 0.6;

/**
 * A judge that knows nothing of the tracker: takes the patch around `at` from the picture as it should
 * be, and looks for it in the picture as it is, around `to`.
 */
export function searchPatch(
  wanted: Picture,
  actual: Picture,
  at: Pixel,
  to = at,
  patchRadius = usualRadius,
): Found {
  const scale = wanted.side / 128;
  const radius = Math.round(patchRadius * scale);
  const reach = Math.round(searchRadius * scale);
  let found: Found = { distance: Number.POSITIVE_INFINITY, best: -1, inPlace: -1 };
  let inPlace = -1;
  for (let dr = -reach; dr <= reach; dr++) {
    for (let dc = -reach; dc <= reach; dc++) {
      const shift = { row: to.row + dr - at.row, column: to.column + dc - at.column };
      const alike = likeness(wanted, actual, at, shift, radius);
      if (dr === 0 && dc === 0) inPlace = alike;
      if (alike > found.best) found = { distance: Math.hypot(dr, dc), best: alike, inPlace: -1 };
    }
  }
  return { ...found, inPlace };
}

/** Correlation of the wanted patch at `at` with the actual one, moved by `shift`. */
function likeness(
  wanted: Picture,
  actual: Picture,
  at: Pixel,
  shift: Pixel,
  radius: number,
): number {
  const { side } = wanted;
  const isInside = (row: number, column: number) =>
    row >= 0 && row < side && column >= 0 && column < side;
  const a: number[] = [];
  const b: number[] = [];
  for (let row = at.row - radius; row <= at.row + radius; row++) {
    for (let column = at.column - radius; column <= at.column + radius; column++) {
      if (!isInside(row, column) || !isInside(row + shift.row, column + shift.column)) continue;
      const from = 3 * (row * side + column);
      const to = 3 * ((row + shift.row) * side + column + shift.column);
      for (let c = 0; c < 3; c++) {
        a.push(wanted.rgb[from + c]);
        b.push(actual.rgb[to + c]);
      }
    }
  }
  const whole = 3 * (2 * radius + 1) ** 2;
  return a.length < leastOverlap * whole ? -1 : correlation(a, b);
}

function correlation(a: number[], b: number[]): number {
  const mean = (x: number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i] - meanA, b[i] - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / (Math.sqrt(aa * bb) + 1e-6);
}

/** Peak signal-to-noise ratio in dB of bytes, over the pixels within `radius` of any of `centres`. */
export function psnrAround(a: Picture, b: Picture, centres: Pixel[], radius: number): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < a.side ** 2; i++) {
    const [row, column] = [Math.floor(i / a.side), i % a.side];
    if (!centres.some((c) => Math.hypot(row - c.row, column - c.column) <= radius)) continue;
    for (let c = 0; c < 3; c++) sum += (a.rgb[3 * i + c] - b.rgb[3 * i + c]) ** 2;
    count += 3;
  }
  return -10 * Math.log10(sum / count / 255 ** 2);
}
