import { type ErrorMessage, errorMessage } from '../../formats/error_message.ts';
import { FormatError } from '../../formats/errors.ts';
import { isWeightDelta } from '../../inversion/weight_delta.ts';
import { fileNotes } from '../../models/stylegan2/files/file_notes.ts';
import {
  type GeneratorMessage,
  generatorMessage,
} from '../../models/stylegan2/files/generator_message.ts';
import { isLatent } from '../../models/stylegan2/files/latent_file.ts';
import { parseModelFile } from '../../models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../models/stylegan2/network/weights.ts';

/** What the worker is asked for: one file, once. */
export interface ModelRequest {
  readonly name: string;
  /** Read here, so that the page never has a copy of the bytes. */
  readonly blob: Blob;
}

/** What it answers: progress, and at last a model, a delta of one or a latent as they are, or an error. */
export type ModelAnswer =
  | { readonly kind: 'progress'; readonly fraction: number | undefined; readonly what: string }
  | {
      readonly kind: 'model';
      readonly model: GeneratorMessage;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'delta' | 'latent'; readonly bytes: ArrayBuffer }
  | { readonly kind: 'error'; readonly error: ErrorMessage };

/** What is used of a worker's scope; the page's types have only a window's. */
declare const self: {
  onmessage: (event: MessageEvent<ModelRequest>) => void;
  postMessage(answer: ModelAnswer, transfer?: Transferable[]): void;
};

/** The page itself decodes a latent: one takes 37 kB at most, and programs keep hundreds of samples in a file. */
const largestLatent = 16 * 2 ** 20;

/** Between two messages of progress. */
const interval = 100;

self.onmessage = ({ data }) => {
  read(data).catch((error) => self.postMessage({ kind: 'error', error: errorMessage(error) }));
};

async function read({ name, blob }: ModelRequest): Promise<void> {
  self.postMessage({ kind: 'progress', fraction: undefined, what: 'reading the file' });
  const bytes = await blob.arrayBuffer();
  if (isLatent(new Uint8Array(bytes))) {
    if (bytes.byteLength > largestLatent)
      throw new FormatError(`a latent, but larger than ${largestLatent >> 20} MiB`, { file: name });
    self.postMessage({ kind: 'latent', bytes }, [bytes]);
    return;
  }
  const file = parseModelFile(new Uint8Array(bytes), name);
  if (isWeightDelta(file)) {
    self.postMessage({ kind: 'delta', bytes }, [bytes]);
    return;
  }
  let told = 0;
  const weights = readGenerator(file, (fraction) => {
    if (performance.now() - told < interval) return;
    told = performance.now();
    self.postMessage({ kind: 'progress', fraction, what: 'checking the weights' });
  });
  const notes = fileNotes(file, weights.config);
  const model = generatorMessage(file, weights);
  self.postMessage({ kind: 'model', model, notes }, [model.file.bytes]);
}
