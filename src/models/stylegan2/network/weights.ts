import { FormatError, UnsupportedModelError } from '../../../formats/errors.ts';
import {
  elementCount,
  type NamedTensor,
  showShape,
  type TensorFile,
} from '../../../formats/tensors/named_tensors.ts';
import type { GeneratorConfig } from './config.ts';
import { readConfig } from './config_reading.ts';
import { type OfficialTensor, officialTensors } from './official_tensors.ts';
import type { GeneratorSource } from './source.ts';

/** One generator, checked: every tensor that `config` calls for is there, has its shape, and is finite. */
export interface GeneratorWeights {
  /** The generator's shape. */
  config: GeneratorConfig;
  /**
   * Official name without a prefix (`synthesis.b8.conv0.weight`) → tensor; nothing but the tensors that the network
   * reads. A layer without noise has neither `noise_const` nor `noise_strength`; scalars have shape `[1]`.
   */
  tensors: Map<string, NamedTensor>;
}

/** Most numbers that a network may hold, nine times as many as the official 1024² one: it bounds time and memory. */
const mostElements = 2 ** 28;

/**
 * Finds the generator among a file's tensors (`mapping.*` and `synthesis.*`, with or without the prefix `G.`) and
 * checks it. Other tensors are ignored, but a layer inside the generator that we do not know is refused, since leaving
 * it out would give other images.
 * @param onProgress called with the fraction that is checked: for a large model that takes a second
 * @throws FormatError for a tensor that is missing, has another shape than needed, or holds a NaN or an infinity
 * @throws UnsupportedModelError for another architecture, filter, or size
 */
export function readGenerator(
  file: TensorFile,
  onProgress: (fraction: number) => void = () => {},
): GeneratorWeights {
  const source = selectGenerator(file);
  const shape = readConfig(source);
  const expected = officialTensors(shape, source.tensors);
  const total = countElements(expected, file.file);
  let checked = 0;
  const tensors = new Map<string, NamedTensor>();
  let parameters = 0;
  for (const [name, { shape: needed, learned }] of expected) {
    const location = { file: file.file, tensor: name };
    const tensor = source.tensors.get(name);
    if (!tensor) throw new FormatError('missing; the generator needs it', location);
    if (!sameShape(tensor.shape, needed)) {
      throw new FormatError(
        `shape ${showShape(tensor.shape)} found, ${showShape(needed)} needed`,
        location,
      );
    }
    if (!allFinite(tensor.data())) {
      throw new FormatError('holds a NaN or an infinity', location);
    }
    if (learned) parameters += elementCount(needed);
    checked += elementCount(needed);
    onProgress(checked / total);
    tensors.set(name, { shape: needed, dtype: tensor.dtype, data: () => tensor.data() });
  }
  refuseOtherFilters(source);
  refuseUnknownLayers(source, expected);
  return { config: { ...shape, parameters }, tensors };
}

/**
 * The shapes follow from a few tensors of the file, and views of one storage may be as large as the file each: bounded
 * before anything is decoded.
 */
function countElements(expected: ReadonlyMap<string, OfficialTensor>, file?: string): number {
  let total = 0;
  for (const { shape } of expected.values()) total += elementCount(shape);
  if (total <= mostElements) return total;
  throw new UnsupportedModelError(
    `a network of ${total} numbers is not supported, only up to ${mostElements}`,
    { file },
  );
}

function selectGenerator({ tensors, metadata, file }: TensorFile): GeneratorSource {
  const names = [...tensors.keys()];
  const prefix = names.some((name) => /^G\.synthesis\./.test(name)) ? 'G.' : '';
  const own = new Map<string, NamedTensor>();
  for (const [name, tensor] of tensors) {
    const official = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^(mapping|synthesis)\./.test(official)) own.set(official, tensor);
  }
  if (![...own.keys()].some((name) => name.startsWith('synthesis.'))) {
    throw new FormatError(
      `none of its ${names.length} tensors is a generator's (synthesis.*, with or without G. before it)`,
      { file },
    );
  }
  return { tensors: own, metadata, file };
}

/** Up- and down-sampling take outer([1,3,3,1])/64 for granted. SPEC §5. */
function refuseOtherFilters({ tensors, file }: GeneratorSource): void {
  const taps = [1, 3, 3, 1];
  const usual = taps.flatMap((row) => taps.map((column) => (row * column) / 64));
  for (const [name, tensor] of tensors) {
    if (!name.endsWith('.resample_filter')) continue;
    const values = sameShape(tensor.shape, [4, 4]) ? tensor.data() : [];
    if (!usual.every((tap, i) => Math.abs((values[i] ?? Number.NaN) - tap) < 1e-6)) {
      throw new UnsupportedModelError(
        `another filter than outer([1, 3, 3, 1]) / 64 is not supported (shape ${showShape(tensor.shape)})`,
        { file, tensor: name },
      );
    }
  }
}

function refuseUnknownLayers(
  { tensors, file }: GeneratorSource,
  expected: ReadonlyMap<string, OfficialTensor>,
): void {
  for (const name of tensors.keys()) {
    if (name.endsWith('.weight') && !expected.has(name)) {
      throw new UnsupportedModelError('a layer that StyleGAN2 does not have', {
        file,
        tensor: name,
      });
    }
  }
}

/** A scalar may have shape `[]` or `[1]`. */
function sameShape(found: readonly number[], needed: readonly number[]): boolean {
  if (found.length === 0) return needed.length === 1 && needed[0] === 1;
  return found.length === needed.length && found.every((size, axis) => size === needed[axis]);
}

function allFinite(values: Float32Array): boolean {
  // 0·x is NaN exactly where x is not finite; one sum and no branch for the millions of weights.
  let zero = 0;
  for (const value of values) zero += 0 * value;
  return zero === 0;
}
