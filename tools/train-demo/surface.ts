/** A spot of the lion's surface: its part and where it lies on the lion at rest. */
export interface Spot {
  /** Part id as the renderer writes it; 0 would be the background. */
  readonly part: number;
  readonly canonical: readonly [x: number, y: number, z: number];
}

/** What every pixel of a picture shows, row by row. */
export interface SurfaceMap {
  readonly side: number;
  /** Part id of each pixel. */
  readonly parts: ArrayLike<number>;
  /** x, y, z of each pixel on the lion at rest. */
  readonly canonical: ArrayLike<number>;
}

/** A place in a picture, in pixels; whole numbers are pixel centres. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Farther from every pixel of its part than this, in units of the lion (a head is two wide), a spot is hidden. */
const hiddenBeyond = 0.06;

/**
 * Where a spot is in a picture whose truth is known, to a fraction of a pixel; undefined where it is hidden. The nearest
 * pixel of its part, moved by what is left over the map's own slope there.
 */
export function findSpot(map: SurfaceMap, spot: Spot): Place | undefined {
  let [nearest, least] = [-1, hiddenBeyond ** 2];
  for (let i = 0; i < map.side ** 2; i++) {
    if (map.parts[i] !== spot.part) continue;
    const off = squaredOff(map, i, spot);
    if (off < least) [nearest, least] = [i, off];
  }
  return nearest < 0 ? undefined : refined(map, nearest, spot);
}

/** The squared distance of a pixel's coordinates from a spot's. */
export function squaredOff({ canonical }: SurfaceMap, pixel: number, spot: Spot): number {
  let sum = 0;
  for (let c = 0; c < 3; c++) sum += (canonical[3 * pixel + c] - spot.canonical[c]) ** 2;
  return sum;
}

/** A step of Gauss and Newton over half a pixel at most, on differences to the neighbours of the same part. */
function refined(map: SurfaceMap, pixel: number, spot: Spot): Place {
  const { side, parts, canonical } = map;
  const [row, column] = [Math.floor(pixel / side), pixel % side];
  const slope = (step: number, isInside: (sign: number) => boolean): number[] | undefined => {
    const ends = [-1, 1].map((sign) =>
      isInside(sign) && parts[pixel + sign * step] === spot.part ? pixel + sign * step : pixel,
    );
    const apart = (ends[1] - ends[0]) / step;
    if (apart === 0) return undefined;
    return [0, 1, 2].map((c) => (canonical[3 * ends[1] + c] - canonical[3 * ends[0] + c]) / apart);
  };
  const within = (at: number): boolean => at >= 0 && at < side;
  const down = slope(side, (sign) => within(row + sign));
  const right = slope(1, (sign) => within(column + sign));
  if (!down || !right) return { row, column };
  const left = [0, 1, 2].map((c) => spot.canonical[c] - canonical[3 * pixel + c]);
  const dot = (a: number[], b: number[]): number => a.reduce((sum, x, c) => sum + x * b[c], 0);
  const [dd, dr, rr] = [dot(down, down), dot(down, right), dot(right, right)];
  const determinant = dd * rr - dr * dr;
  if (determinant < 1e-3 * dd * rr) return { row, column };
  const half = (x: number): number => Math.max(-0.5, Math.min(0.5, x));
  return {
    row: row + half((rr * dot(down, left) - dr * dot(right, left)) / determinant),
    column: column + half((dd * dot(right, left) - dr * dot(down, left)) / determinant),
  };
}

/** Pixels between two places. */
export const apart = (a: Place, b: Place): number => Math.hypot(a.row - b.row, a.column - b.column);
