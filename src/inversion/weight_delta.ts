import { FormatError } from '../formats/errors.ts';
import { type NamedTensor, showShape } from '../formats/named_tensors.ts';
import { parseSafetensors, type WritableTensor, writeSafetensors } from '../formats/safetensors.ts';
import type { GeneratorWeights } from '../stylegan2/weights.ts';
import { trainedTensors } from './tuned_calls.ts';

/** What a file of differences says that it is. */
const format = 'draggan-weight-delta-1';

/** The tensor by which a model is known: learned, in f32 on every device, and small. */
export const fingerprintedTensor = 'synthesis.b4.const';

/** SHA-256 of that tensor's f32 values, in hexadecimal digits: which model a delta belongs to. */
export async function modelFingerprint(values: Float32Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', values));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A safetensors file of tuned minus original weights.
 * @param tensors by their official names
 * @param fingerprint of the original model
 */
export const writeWeightDelta = (
  tensors: ReadonlyMap<string, WritableTensor>,
  fingerprint: string,
): Uint8Array => writeSafetensors(tensors, { format, model: fingerprint });

/**
 * The weights that a delta was saved of. Their tensors are sums that are taken when they are asked for; those that were
 * tuned count as f32, so that a device does not store them in halves.
 * @param file the delta's name, for messages
 * @throws FormatError for a file that is no delta, is one of another model, or holds a tensor that does not fit
 */
export async function applyWeightDelta(
  weights: GeneratorWeights,
  bytes: Uint8Array,
  file?: string,
): Promise<GeneratorWeights> {
  const delta = parseSafetensors(bytes, file);
  if (delta.metadata.format !== format)
    throw new FormatError(`no weight delta: its metadata lack format ${format}`, { file });
  const known = weights.tensors.get(fingerprintedTensor)?.data() ?? new Float32Array();
  if (delta.metadata.model !== (await modelFingerprint(Float32Array.from(known))))
    throw new FormatError('the weight delta was saved of another model; open that one', { file });
  const trained = new Set(trainedTensors(weights.config).map(({ name }) => name));
  const tensors = new Map(weights.tensors);
  for (const [name, change] of delta.tensors) {
    const original = weights.tensors.get(name);
    const location = { file, tensor: name };
    if (!original || !trained.has(name))
      throw new FormatError('no tensor that tuning changes; save the delta again', location);
    if (showShape(original.shape) !== showShape(change.shape))
      throw new FormatError(
        `shape ${showShape(change.shape)} found, ${showShape(original.shape)} needed`,
        location,
      );
    const sum = (): Float32Array => {
      const values = change.data();
      return original.data().map((value, i) => value + values[i]);
    };
    const bad = sum().findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new FormatError(`weight ${bad} comes out as no finite number`, location);
    const tuned: NamedTensor = { shape: original.shape, dtype: 'F32', data: sum };
    tensors.set(name, tuned);
  }
  return { config: weights.config, tensors };
}
