import { FormatError } from '../formats/errors.ts';
import { parseSafetensors, type WritableTensor, writeSafetensors } from '../formats/safetensors.ts';
import { type NamedTensor, showShape, type TensorFile } from '../formats/tensors/named_tensors.ts';
import type { GeneratorConfig } from '../models/stylegan2/network/config.ts';
import type { GeneratorWeights } from '../models/stylegan2/network/weights.ts';
import { changeableTensors } from './fine_tuning_calls.ts';

/** The metadata's `format` in a file of differences. */
const format = 'draggan-weight-delta-1';

/** The tensor by which a model is known: learned, in f32 on every device, and small. */
export const fingerprintedTensor = 'synthesis.b4.const';

/** The delta's tensor that is no weight: the latent (1, num_ws, w_dim) at which the tuned model draws the picture. */
const pivotTensor = 'ws';

/** A model with a delta added. */
export interface FineTunedWeights extends GeneratorWeights {
  /** ws (num_ws · w_dim) at which it draws the picture that it was tuned to, where the delta has it. */
  readonly pivot?: Float32Array<ArrayBuffer>;
}

/** True if a file's metadata say that it is a delta. */
export const isWeightDelta = ({ metadata }: TensorFile): boolean => metadata.format === format;

/** SHA-256 of the f32 values of `fingerprintedTensor`, in hexadecimal digits: which model a delta belongs to. */
export async function modelFingerprint(values: Float32Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', values));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A safetensors file of tuned minus original weights, noise maps among them, and of the pivot, where `readLatent` finds
 * it too.
 * @param changes by the tensors' official names
 * @param fingerprint of the original model
 * @param pivot ws (num_ws · w_dim)
 */
export function writeWeightDelta(
  changes: ReadonlyMap<string, WritableTensor>,
  fingerprint: string,
  { config, pivot }: Pick<FineTunedWeights, 'config' | 'pivot'>,
): Uint8Array<ArrayBuffer> {
  const { numWs, wDim } = config;
  const tensors = new Map(changes);
  if (pivot) tensors.set(pivotTensor, { shape: [1, numWs, wDim], data: pivot });
  return writeSafetensors(tensors, { format, model: fingerprint });
}

/** The delta between a model and what several deltas, one after the other, have made of it. */
export async function weightDelta(
  original: GeneratorWeights,
  tuned: FineTunedWeights,
): Promise<Uint8Array<ArrayBuffer>> {
  const changes = new Map<string, WritableTensor>();
  for (const name of changeableTensors(original.config)) {
    if (!original.tensors.has(name)) continue;
    const { shape, data } = weight(original, name);
    const before = data();
    const difference = weight(tuned, name)
      .data()
      .map((value, i) => value - before[i]);
    changes.set(name, { shape, data: difference });
  }
  return writeWeightDelta(changes, await fingerprintOf(original), tuned);
}

/**
 * The weights from which a delta was saved: the model's plus the delta's. Sums are computed when a tensor is asked for;
 * those that were tuned count as f32, so that a device does not store them in halves.
 * @param file the delta's name, for messages
 * @throws FormatError for a file that is no delta, is one of another model, or holds a tensor that does not fit
 */
export async function applyWeightDelta(
  weights: GeneratorWeights,
  bytes: Uint8Array,
  file?: string,
): Promise<FineTunedWeights> {
  const delta = parseSafetensors(bytes, file);
  if (!isWeightDelta(delta))
    throw new FormatError(`no weight delta: its metadata lack format ${format}`, { file });
  if (delta.metadata.model !== (await fingerprintOf(weights)))
    throw new FormatError('the weight delta was saved of another model; open that one', { file });
  const changeable = new Set(changeableTensors(weights.config));
  const tensors = new Map(weights.tensors);
  for (const [name, change] of delta.tensors) {
    if (name === pivotTensor) continue;
    const original = weights.tensors.get(name);
    const location = { file, tensor: name };
    if (!original || !changeable.has(name))
      throw new FormatError('no tensor that fine-tuning changes; save the delta again', location);
    if (showShape(original.shape) !== showShape(change.shape))
      throw new FormatError(
        `shape ${showShape(change.shape)} found, ${showShape(original.shape)} needed`,
        location,
      );
    const sum = (): Float32Array => {
      const values = original.data().slice();
      const changes = change.data();
      for (let i = 0; i < values.length; i++) values[i] += changes[i];
      return values;
    };
    const bad = sum().findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new FormatError(`weight ${bad} comes out as no finite number`, location);
    const tuned: NamedTensor = { shape: original.shape, dtype: 'F32', data: sum };
    tensors.set(name, tuned);
  }
  const { config } = weights;
  const pivot = delta.tensors.get(pivotTensor);
  return pivot ? { config, tensors, pivot: readPivot(pivot, config, file) } : { config, tensors };
}

/** ws (num_ws · w_dim) of a delta. @throws FormatError for another shape, or a value that is not finite */
function readPivot(
  { shape, data }: NamedTensor,
  { numWs, wDim }: GeneratorConfig,
  file: string | undefined,
): Float32Array<ArrayBuffer> {
  const location = { file, tensor: pivotTensor };
  const needed = [1, numWs, wDim];
  if (showShape(shape) !== showShape(needed))
    throw new FormatError(`shape ${showShape(shape)} found, ${showShape(needed)} needed`, location);
  const values = data().slice();
  if (!values.every(Number.isFinite)) throw new FormatError('a value is not finite', location);
  return values;
}

const fingerprintOf = (weights: GeneratorWeights): Promise<string> =>
  modelFingerprint(Float32Array.from(weight(weights, fingerprintedTensor).data()));

function weight({ tensors }: GeneratorWeights, name: string): NamedTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new RangeError(`a generator without ${name}`);
  return tensor;
}
