import type { Call } from '../../engine/graph/reversal.ts';
import { gradientOf } from '../../engine/graph/reversal.ts';
import { unpack, vectorAlignment } from '../../engine/memory/layouts.ts';
import type { TensorStore } from '../../engine/memory/tensors.ts';
import type { Coordinates, LatentLeaf, PlacedLatent } from '../../models/draggable.ts';
import { adamTogetherCall } from '../../models/latent_calls.ts';
import {
  alignedWords,
  initialOf,
  type LatentLayout,
  type PlacedLeaf,
  placeLeaves,
  regularizationCalls,
  valueCount,
  valuesOf,
  wordsOf,
} from './latent_layout.ts';

/** The tensor whose parts the trained leaves are. */
const leafTensor = 'leaves';

/**
 * A latent whose trained leaves follow from other coordinates. Those lie in `w`, with `d_w` and Adam's moments beside
 * it; the leaves lie in one tensor, so that one copy brings them back. They are made anew after each step, so that a
 * record has the leaves that belong to its coordinates.
 */
export class CoordinateLayout implements LatentLayout {
  readonly values: number;
  readonly wanted = ['w'];
  readonly leafTensor = leafTensor;
  readonly #leaves: readonly PlacedLeaf[];
  readonly #coordinates: Coordinates;

  constructor(leaves: readonly LatentLeaf[], coordinates: Coordinates) {
    this.#leaves = placeLeaves(leaves);
    this.values = valueCount(leaves);
    this.#coordinates = coordinates;
  }

  get leafCalls(): readonly Call[] {
    return this.#coordinates.calls;
  }

  get settling(): readonly Call[] {
    return this.#coordinates.settling;
  }

  get regularization(): Call[] {
    return regularizationCalls(this.#trained, this.values);
  }

  get step(): Call {
    return adamTogetherCall(this.#coordinates.length);
  }

  createTensors(store: TensorStore): void {
    const { length } = this.#coordinates;
    const trained = this.#trained;
    const words = trained.reduce((sum, leaf) => sum + alignedWords(leaf), 0);
    for (const name of ['w', gradientOf('w'), 'first_moment'])
      store.ensure(name, 'vector', [1, length]);
    store.ensure('second_moment', 'plain', [1]);
    store.ensure(leafTensor, 'vector', [words / vectorAlignment, vectorAlignment]);
    let offset = 0;
    for (const { name, layout, shape, ...leaf } of trained) {
      // An earlier shape may have left a part of `w` under this name, whose gradient lies in `d_w`.
      store.delete(name);
      store.delete(gradientOf(name));
      store.part(name, leafTensor, { layout, shape, offset: 4 * offset });
      offset += alignedWords({ name, layout, shape, ...leaf });
      store.ensure(initialOf(name), layout, shape);
    }
    for (const { name, layout, shape, trained } of this.#leaves)
      if (!trained) store.ensure(name, layout, shape);
    this.#coordinates.createTensors(store);
  }

  write(store: TensorStore, latent: PlacedLatent): void {
    for (const leaf of this.#leaves) store.write(leaf.name, valuesOf(leaf, latent.ws));
    this.#coordinates.write(store, latent);
  }

  writeInitial(store: TensorStore, latent: Float32Array): void {
    for (const leaf of this.#trained) store.write(initialOf(leaf.name), valuesOf(leaf, latent));
  }

  fromDevice(words: Float32Array): Float32Array {
    return words.slice(0, this.#coordinates.length);
  }

  moved(
    { ws, origin }: PlacedLatent,
    trained: Float32Array,
    leaves: Float32Array | undefined,
  ): PlacedLatent {
    if (!leaves) throw new RangeError('the record has no leaves');
    const changed = ws.slice();
    let offset = 0;
    for (const leaf of this.#trained) {
      const words = leaves.subarray(offset, offset + wordsOf(leaf));
      changed.set(unpack(leaf.layout, leaf.shape, words), leaf.at);
      offset += alignedWords(leaf);
    }
    return { ws: changed, origin: this.#coordinates.moved(origin, trained) };
  }

  wholeGradient(trained: Float32Array): Float32Array {
    return trained;
  }

  get #trained(): PlacedLeaf[] {
    return this.#leaves.filter(({ trained }) => trained);
  }
}
