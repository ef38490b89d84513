/** Times of one thing that was run over and over. */
export interface Times {
  readonly runs: number;
  readonly median_ms: number;
  readonly p95_ms: number;
  readonly min_ms: number;
}

/** @throws RangeError where there are none */
export function times(milliseconds: readonly number[]): Times {
  return {
    runs: milliseconds.length,
    median_ms: round(median(milliseconds)),
    p95_ms: round(percentile(milliseconds, 0.95)),
    min_ms: round(Math.min(...milliseconds)),
  };
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** A percentile, interpolated linearly between the two nearest values. @throws RangeError where there are none */
export function percentile(values: readonly number[], fraction: number): number {
  if (values.length === 0) throw new RangeError('there is nothing to take a percentile of');
  const sorted = [...values].sort((a, b) => a - b);
  const at = fraction * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Rounds to four significant digits, for people and files. */
export const round = (value: number): number => Number(value.toPrecision(4));

/** Largest difference over the largest expected value; infinite if lengths differ or a value is not a number. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const here = Math.abs(actual[i] - expected[i]);
    if (Number.isNaN(here)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, here);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / (largest || 1);
}
