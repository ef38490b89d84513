import type { Call } from '../../engine/graph/reversal.ts';
import { gradientOf } from '../../engine/graph/reversal.ts';
import { stackedTensors } from '../../engine/graph/stacks.ts';
import { type Layout, unpack, vectorAlignment } from '../../engine/memory/layouts.ts';
import type { TensorStore } from '../../engine/memory/tensors.ts';
import { tensorShape } from '../../engine/operations/operation.ts';
import { operationTable } from '../../engine/operations/operations.ts';
import type { Coordinates, LatentLeaf, PlacedLatent } from '../../models/draggable.ts';
import { adamTogetherCall, linearCall } from '../../models/latent_calls.ts';
import {
  alignedWords,
  initialOf,
  type LatentLayout,
  type MovedValues,
  type PlacedLeaf,
  placeLeaves,
  regularizationCalls,
  valueCount,
  valuesOf,
  wordsOf,
} from './latent_layout.ts';

/** The tensor whose parts the trained leaves are, and that of the coordinates: no kernel may read and write one buffer. */
const followed = { leaves: 'leaves', coordinates: 'coordinates' };

/**
 * A latent whose trained leaves follow from other coordinates c = begin + spread · w. What is trained is `w`, at first 0;
 * `spread` says how far a step goes along each direction (change_metric.ts; SPEC §8), at first equally far. The leaves
 * lie in one tensor, so that one copy brings them back. They are made anew after each step, so that a record has those
 * that belong to its step.
 */
export class CoordinateLayout implements LatentLayout {
  readonly values: number;
  readonly wanted = ['w'];
  readonly followed = followed;
  readonly #leaves: readonly PlacedLeaf[];
  readonly #coordinates: Coordinates;

  constructor(leaves: readonly LatentLeaf[], coordinates: Coordinates) {
    this.#leaves = placeLeaves(leaves);
    this.values = valueCount(leaves);
    this.#coordinates = coordinates;
  }

  /** How many coordinates there are. */
  get length(): number {
    return this.#coordinates.length;
  }

  get leafCalls(): readonly Call[] {
    return [this.#spreading, ...this.#coordinates.calls];
  }

  get settling(): readonly Call[] {
    return [this.#spreading, ...this.#coordinates.settling];
  }

  get regularization(): Call[] {
    return regularizationCalls(this.#trained, this.values);
  }

  get step(): Call {
    return adamTogetherCall(this.length);
  }

  createTensors(store: TensorStore): void {
    const { length } = this;
    for (const name of ['w', gradientOf('w'), 'first_moment', followed.coordinates])
      store.ensure(name, 'vector', [1, length]);
    store.ensure('second_moment', 'plain', [1]);
    store.ensure('begin', 'vector', [length]);
    store.ensure('spread', 'plain', [length, length]);
    this.spread(store, undefined);
    const words = this.#trained.reduce((sum, leaf) => sum + alignedWords(leaf), 0);
    store.ensure(followed.leaves, 'vector', [words / vectorAlignment, vectorAlignment]);
    store.ensure(gradientOf(followed.leaves), 'vector', [words / vectorAlignment, vectorAlignment]);
    let offset = 0;
    for (const leaf of this.#trained) {
      const { name, layout, shape } = leaf;
      // An earlier shape may have left a part of `w` under this name, whose gradient lies in `d_w`.
      store.delete(name);
      store.delete(gradientOf(name));
      for (const [own, whole] of [
        [name, followed.leaves],
        [gradientOf(name), gradientOf(followed.leaves)],
      ])
        store.part(own, whole, { layout, shape, offset: 4 * offset });
      store.ensure(initialOf(name), layout, shape);
      offset += alignedWords(leaf);
    }
    for (const { name, layout, shape, trained } of this.#leaves)
      if (!trained) store.ensure(name, layout, shape);
    this.#coordinates.createTensors(store);
    this.#createResults(store);
  }

  /** What the calls from coordinates to leaves hand each other outlives an iteration: the next one's gradients need it. */
  #createResults(store: TensorStore): void {
    const { calls } = this.#coordinates;
    const made = new Map<string, { readonly layout: Layout; readonly shape: number[] }>();
    for (const { operation, sizes, tensors } of calls)
      for (const output of operationTable[operation].outputs) {
        const spec = operationTable[operation].tensors[output];
        const name = tensors[output];
        if (!store.has(name)) made.set(name, { ...spec, shape: tensorShape(spec, sizes) });
      }
    const stacked = stackedTensors(calls);
    const together = [...made].filter(([name]) => stacked.includes(name));
    if (together.length > 0)
      store.createTogether(
        'from coordinates to leaves',
        together.map(([name, { layout, shape }]) => ({ name, layout, shape })),
      );
    // No kernel may read and write one buffer: the others lie by themselves.
    for (const [name, { layout, shape }] of made)
      if (!stacked.includes(name)) store.create(name, layout, shape);
  }

  write(store: TensorStore, latent: PlacedLatent): void {
    for (const leaf of this.#leaves) store.write(leaf.name, valuesOf(leaf, latent.ws));
    store.write('w', new Float32Array(this.length));
    store.write('begin', this.#coordinates.begin(store, latent));
  }

  /** Sets how far a step goes along each direction. @param spread (length, length); undefined: equally far */
  spread(store: TensorStore, spread: Float32Array | undefined): void {
    const { length } = this;
    const equal = () =>
      Float32Array.from({ length: length ** 2 }, (_, at) => (at % (length + 1) === 0 ? 1 : 0));
    store.write('spread', spread ?? equal());
  }

  writeInitial(store: TensorStore, latent: Float32Array): void {
    for (const leaf of this.#trained) store.write(initialOf(leaf.name), valuesOf(leaf, latent));
  }

  fromDevice(words: Float32Array): Float32Array {
    return words.slice(0, this.length);
  }

  moved({ ws, origin }: PlacedLatent, { leaves, coordinates }: MovedValues): PlacedLatent {
    if (!leaves || !coordinates) throw new RangeError('the record has no leaves');
    const changed = ws.slice();
    let offset = 0;
    for (const leaf of this.#trained) {
      const words = leaves.subarray(offset, offset + wordsOf(leaf));
      changed.set(unpack(leaf.layout, leaf.shape, words), leaf.at);
      offset += alignedWords(leaf);
    }
    return { ws: changed, origin: this.#coordinates.moved(origin, coordinates) };
  }

  wholeGradient(trained: Float32Array): Float32Array {
    return trained;
  }

  get #spreading(): Call {
    return linearCall(this.length);
  }

  get #trained(): PlacedLeaf[] {
    return this.#leaves.filter(({ trained }) => trained);
  }
}
