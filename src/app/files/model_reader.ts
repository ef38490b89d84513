import { readErrorMessage } from '../../formats/error_message.ts';
import { FormatError } from '../../formats/errors.ts';
import { readGeneratorMessage } from '../../models/stylegan2/files/generator_message.ts';
import type { GeneratorWeights } from '../../models/stylegan2/network/weights.ts';
import type { Progress } from '../state/progress.ts';
import type { ModelFile } from './model_source.ts';
import type { ModelAnswer } from './model_worker.ts';

/** A model that was read and checked: it can be put on a device again and again. */
export interface ReadModel {
  readonly name: string;
  /** The file as it was, to be kept; where it is large, the browser has it on disk. */
  readonly blob: Blob;
  /** In the page's memory, of the generator alone. */
  readonly weights: GeneratorWeights;
  /** What a person should know of how the file was read, a line each. */
  readonly notes: readonly string[];
  /** What was added to the file's weights; undefined for the model as its file has it. */
  readonly tuned?: FineTuned;
}

export interface FineTuned {
  readonly delta: WeightDelta;
  /** ws (num_ws · w_dim) of the picture that the model was tuned to, where the delta has it. */
  readonly pivot?: Float32Array;
  readonly original: ReadModel;
}

/** The file of a weight delta. */
export interface WeightDelta {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a file is, by its content: a model as it was read, or another kind's bytes as they are. */
export type ReadFile =
  | { readonly kind: 'model'; readonly model: ReadModel }
  | {
      readonly kind: 'delta' | 'latent';
      readonly name: string;
      readonly bytes: Uint8Array<ArrayBuffer>;
    };

/** @throws as `readFile`; FormatError for a file of another kind */
export async function readModel(file: ModelFile, progress: Progress): Promise<ReadModel> {
  const read = await readFile(file, progress);
  if (read.kind === 'model') return read.model;
  throw new FormatError(`a ${read.kind}, where a model is needed`, { file: file.name });
}

/**
 * Reads and checks a model's file in a worker of its own, so that the page stays at hand. What comes back is
 * in memory once. Deltas and latents, which are small, are checked against the model that they are for.
 * @throws FormatError where the file is broken; UnsupportedModelError where it is of another kind; the signal's reason
 */
export function readFile(
  { name, blob }: ModelFile,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ReadFile> {
  const worker = new Worker(new URL('./model_worker.ts', import.meta.url), { type: 'module' });
  const read = new Promise<ReadFile>((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    signal?.throwIfAborted();
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(`${name} could not be read: ${message || 'its worker does not start'}`)),
    );
    worker.addEventListener('message', ({ data }: MessageEvent<ModelAnswer>) => {
      if (data.kind === 'progress') progress(data.fraction, data.what);
      else if (data.kind === 'error') reject(readErrorMessage(data.error));
      else if (data.kind === 'model') {
        const weights = readGeneratorMessage(data.model);
        const { notes } = data;
        resolve({ kind: 'model', model: { name, blob, weights, notes } });
      } else resolve({ kind: data.kind, name, bytes: new Uint8Array(data.bytes) });
    });
    worker.postMessage({ name, blob });
  });
  return read.finally(() => worker.terminate());
}
