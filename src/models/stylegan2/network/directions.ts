import { FormatError, InputError } from '../../../formats/errors.ts';
import {
  type NamedTensor,
  showShape,
  type TensorFile,
} from '../../../formats/tensors/named_tensors.ts';
import type { GeneratorConfig } from './config.ts';
import { convolutionLayers, latentRow, layerName } from './layers.ts';
import { eigenvectors, gramMatrix } from './principal_axes.ts';
import type { GeneratorWeights } from './weights.ts';

/** Directions of w, along which pictures change. */
export interface Directions {
  /** Values of each direction. */
  readonly wDim: number;
  /** Unit vectors (count, w_dim), row-major; what comes first changes pictures most, or is the first factor. */
  readonly vectors: Float32Array;
  /** How far w goes along each direction by one standard deviation; absent where the method does not tell. */
  readonly deviations?: Float32Array;
  /** What each is called; absent where nobody knows what it changes. */
  readonly names?: readonly string[];
}

/** The names of `DirectionMethod`. */
export const directionMethods = ['sefa', 'pca', 'factors'] as const;
/** How the directions of a network are found: see `styleDirections`, and `Model.directions`. */
export type DirectionMethod = (typeof directionMethods)[number];

/**
 * Directions in closed form, from the weights alone: those to which the styles of the 3×3 convolutions answer most, the
 * eigenvectors of AᵀA, where A (styles, w_dim) are the weights of their affine layers on top of each other. Source: Shen
 * and Zhou 2021 (“Closed-Form Factorization of Latent Semantics in GANs”), equation 7.
 * @param count that are wanted, at most
 * @param rows of ws, whose layers alone count (all)
 * @throws InputError where no layer reads those rows
 */
export function styleDirections(
  { config, tensors }: GeneratorWeights,
  { count, rows }: { readonly count: number; readonly rows?: readonly number[] },
): Directions {
  const { wDim } = config;
  const layers = convolutionLayers(config).filter(
    ({ block, layer }) => rows?.includes(latentRow(block, layer)) ?? true,
  );
  if (layers.length === 0)
    throw new InputError('no 3 × 3 convolution has its style from these rows', { option: 'rows' });
  const stacked = layers.flatMap((layer) => [...affineOf(layer, tensors)]);
  const { vectors } = eigenvectors(gramMatrix(stacked, wDim), count);
  return { wDim, vectors: Float32Array.from(signed(vectors, wDim)) };
}

function affineOf(
  layer: Parameters<typeof layerName>[0],
  tensors: ReadonlyMap<string, NamedTensor>,
): Float32Array {
  const name = `${layerName(layer)}.affine.weight`;
  const tensor = tensors.get(name);
  if (!tensor) throw new RangeError(`the network has no ${name}`);
  return tensor.data();
}

/** A network's factors: z·Q are their scores, each of which a picture shows as one thing, such as how open a mouth is. */
export interface FactorBasis {
  /** Q (z_dim, count), row-major, with orthonormal columns. */
  readonly values: Float32Array;
  /** How many factors there are. */
  readonly count: number;
  /** What each is called; absent where the file does not say. */
  readonly names?: readonly string[];
}

/**
 * The factors that a model's file names: the tensor `factors.basis` (z_dim, count), and in its metadata `factors`, the
 * names between blanks.
 * @throws FormatError where it has none, or of another shape
 */
export function readFactors(
  { tensors, metadata, file }: TensorFile,
  { zDim }: Pick<GeneratorConfig, 'zDim'>,
): FactorBasis {
  const location = { file, tensor: 'factors.basis' };
  const tensor = tensors.get('factors.basis');
  if (!tensor)
    throw new FormatError(
      'missing: only a model whose factors are known, such as demo, has them; --method sefa or pca finds directions of any',
      location,
    );
  const [rows, count = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || rows !== zDim || count === 0 || count > zDim)
    throw new FormatError(
      `shape ${showShape(tensor.shape)} found, [${zDim}, as many as there are factors] needed`,
      location,
    );
  const values = tensor.data();
  if (!values.every(Number.isFinite)) throw new FormatError('a value is not finite', location);
  const names = metadata.factors?.split(' ').filter((name) => name !== '');
  return { values, count, names: names?.length === count ? names : undefined };
}

/**
 * Vectors whose largest number is positive: a direction is as good as its opposite, and which of the two comes out of a
 * decomposition is left to rounding.
 */
export function signed(vectors: Float64Array, width: number): Float64Array {
  const turned = new Float64Array(vectors);
  for (let first = 0; first < vectors.length; first += width) {
    const vector = turned.subarray(first, first + width);
    const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    if (largest < 0) for (let i = 0; i < width; i++) vector[i] = -vector[i];
  }
  return turned;
}
