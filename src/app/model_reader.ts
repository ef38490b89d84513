import { readErrorMessage } from '../formats/error_message.ts';
import { readGeneratorMessage } from '../stylegan2/generator_message.ts';
import type { GeneratorWeights } from '../stylegan2/weights.ts';
import type { ModelFile } from './model_source.ts';
import type { ModelAnswer } from './model_worker.ts';
import type { Progress } from './progress.ts';

/** A model that was read and checked: it can be put on a device again and again. */
export interface ReadModel {
  readonly name: string;
  /** The file as it was, to be kept; where it is large, the browser has it on disk. */
  readonly blob: Blob;
  /** In the page's memory, of the generator alone. */
  readonly weights: GeneratorWeights;
}

/**
 * Reads and checks a model's file in a worker of its own, so that the page stays at hand. What comes back is
 * in memory once.
 * @throws FormatError where the file is broken; UnsupportedModelError where it is of another kind; the signal's reason
 */
export function readModel(
  { name, blob }: ModelFile,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ReadModel> {
  const worker = new Worker(new URL('./model_worker.ts', import.meta.url), { type: 'module' });
  const read = new Promise<ReadModel>((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    signal?.throwIfAborted();
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(`${name} could not be read: ${message || 'its worker does not start'}`)),
    );
    worker.addEventListener('message', ({ data }: MessageEvent<ModelAnswer>) => {
      if (data.kind === 'progress') progress(data.fraction, data.what);
      else if (data.kind === 'error') reject(readErrorMessage(data.error));
      else resolve({ name, blob, weights: readGeneratorMessage(data.model) });
    });
    worker.postMessage({ name, blob });
  });
  return read.finally(() => worker.terminate());
}
