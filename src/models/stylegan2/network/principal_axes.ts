import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Where samples lie, and along which directions they spread. */
export interface PrincipalAxes {
  /** The mean (width). */
  readonly mean: Float64Array;
  /** Orthonormal (count, width), row-major, the largest deviation first. */
  readonly directions: Float64Array;
  /** The standard deviation of the samples along each direction. */
  readonly deviations: Float64Array;
}

/** Orthonormal eigenvectors of a symmetric matrix, the largest eigenvalue first. */
export interface Eigenvectors {
  /** (count, width), row-major. */
  readonly vectors: Float64Array;
  readonly values: Float64Array;
}

/** A direction whose variance is below so much of the largest one's is all but constant, and left out. */
const leastVariance = 1e-8;

/**
 * The principal components of samples.
 * @param samples (count, width), row-major
 * @param most directions that are kept
 */
export function principalAxes(
  samples: ArrayLike<number>,
  width: number,
  most: number,
): PrincipalAxes {
  const count = samples.length / width;
  const mean = new Float64Array(width);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < width; i++) mean[i] += samples[n * width + i] / count;
  const centred = Float64Array.from(samples, (value, at) => value - mean[at % width]);
  const { vectors, values } = eigenvectors(gramMatrix(centred, width, 1 / (count - 1)), most);
  return { mean, directions: vectors, deviations: values.map(Math.sqrt) };
}

/**
 * scale · Σ_n row_n · row_nᵀ, of which rows are the upper half and the lower its mirror.
 * @param rows (count, width), row-major
 */
export function gramMatrix(
  rows: ArrayLike<number>,
  width: number,
  scale = 1,
): readonly Float64Array[] {
  const products = Array.from({ length: width }, () => new Float64Array(width));
  for (let first = 0; first < rows.length; first += width)
    for (let i = 0; i < width; i++) {
      const of = products[i];
      const scaled = scale * rows[first + i];
      for (let j = i; j < width; j++) of[j] += scaled * rows[first + j];
    }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) products[i][j] = products[j][i];
  return products;
}

/** @param most that are kept, at most; those of next to no value are left out */
export function eigenvectors(symmetric: readonly Float64Array[], most: number): Eigenvectors {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    new Matrix(symmetric.map((row) => [...row])),
    { assumeSymmetric: true },
  );
  const order = realEigenvalues
    .map((value, k) => ({ value, k }))
    .sort((a, b) => b.value - a.value)
    .filter(({ value }, _, [largest]) => value > leastVariance * largest.value)
    .slice(0, most);
  const width = symmetric.length;
  const vectors = new Float64Array(order.length * width);
  for (const [at, { k }] of order.entries())
    for (let i = 0; i < width; i++) vectors[at * width + i] = eigenvectorMatrix.get(i, k);
  return { vectors, values: Float64Array.from(order, ({ value }) => value) };
}
