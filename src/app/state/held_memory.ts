import { bytesPerElement, elementCount } from '../../formats/tensors/named_tensors.ts';
import type { ReadModel } from '../files/model_reader.ts';
import type { Document } from './document.ts';

/** Of a pair of points with all that is around it: more than an engine takes for it. */
const pointBytes = 256;

/** What is held in memory, by identity, with its size in bytes. */
type Held = ReadonlyMap<object, number>;

/** A model never changes, and has hundreds of tensors. */
const heldByModel = new WeakMap<ReadModel, Held>();

/**
 * Bytes of memory that a document takes beside its neighbour in the history: those of latents, mask, weights and deltas
 * that the neighbour does not hold too. A model's file is the browser's, and does not count.
 */
export function bytesBeyond(document: Document, neighbour: Document): number {
  let bytes = 0;
  const theirs = heldBy(neighbour);
  for (const [part, size] of heldBy(document)) if (!theirs.has(part)) bytes += size;
  if (document.model === neighbour.model) return bytes;
  const theirWeights = weightsOf(neighbour.model);
  for (const [part, size] of weightsOf(document.model)) if (!theirWeights.has(part)) bytes += size;
  return bytes;
}

/** All but the model. */
function heldBy({ source, initial, ws, points, edit, mask, kept }: Document): Held {
  const arrays = [initial.ws, ws, edit?.ws, mask, kept, source.latent?.ws];
  const held = new Map<object, number>([[points, points.length * pointBytes]]);
  // Views of one buffer are held together.
  for (const array of arrays) if (array) held.set(array.buffer, array.buffer.byteLength);
  return held;
}

function weightsOf(model: ReadModel): Held {
  const known = heldByModel.get(model);
  if (known) return known;
  const held = new Map<object, number>();
  for (const tensor of model.weights.tensors.values())
    held.set(tensor, elementCount(tensor.shape) * bytesPerElement[tensor.dtype]);
  const { tuned } = model;
  if (tuned) {
    for (const [part, size] of weightsOf(tuned.original)) held.set(part, size);
    held.set(tuned.delta.bytes.buffer, tuned.delta.bytes.buffer.byteLength);
    if (tuned.pivot) held.set(tuned.pivot.buffer, tuned.pivot.buffer.byteLength);
  }
  heldByModel.set(model, held);
  return held;
}
