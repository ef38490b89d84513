import type { Call } from '../../engine/graph/reversal.ts';
import { gradientOf } from '../../engine/graph/reversal.ts';
import { deviceLength, unpack, vectorAlignment } from '../../engine/memory/layouts.ts';
import type { TensorStore } from '../../engine/memory/tensors.ts';
import type { LatentLeaf } from '../../models/draggable.ts';
import { adamCall, broadcastCalls, regularizationCall } from '../../models/latent_calls.ts';

/** A leaf, and where its values begin in the latent. */
interface PlacedLeaf extends LatentLeaf {
  readonly at: number;
  readonly values: number;
}

/** A value that is trained as one: a leaf, or all leaves of a tie. */
interface Parameter {
  /** Name of its tensor on the device. */
  readonly name: string;
  readonly leaves: readonly PlacedLeaf[];
  /** Where it lies in `w`, in words. */
  readonly offset: number;
}

/**
 * A latent on the device, leaf by leaf. What is trained lies in one tensor `w`, with `d_w` and Adam's moments beside
 * it, so that one dispatch steps all of it and one copy brings it back. Each leaf is a part of it under its own name,
 * or, where it is tied to others, a copy.
 */
export class LatentLayout {
  /** How many values a latent has. */
  readonly values: number;
  readonly #leaves: readonly PlacedLeaf[];
  readonly #parameters: readonly Parameter[];
  readonly #tied: boolean;

  /** @param tied true if leaves of the same tie are one value */
  constructor(leaves: readonly LatentLeaf[], tied: boolean) {
    let at = 0;
    this.#leaves = leaves.map((leaf) => {
      const placed = { ...leaf, at, values: leaf.shape.reduce((a, b) => a * b, 1) };
      at += placed.values;
      return placed;
    });
    this.values = at;
    this.#tied = tied && leaves.some(({ tie }) => tie !== undefined);
    this.#parameters = this.#group();
  }

  /** The leaves that a drag changes. */
  get trained(): string[] {
    return this.#trained.map(({ name }) => name);
  }

  /** The tensors whose gradients a drag asks for. */
  get wanted(): string[] {
    return this.#parameters.map(({ name }) => name);
  }

  /** Makes the tensors of the latent, of its gradient, of Adam's moments, and of the latent that it is drawn to. */
  createTensors(store: TensorStore): void {
    for (const name of ['w', gradientOf('w'), 'first_moment', 'second_moment'])
      store.ensure(name, 'vector', this.#rows);
    for (const { name, leaves, offset } of this.#parameters)
      for (const [own, whole] of [
        [name, 'w'],
        [gradientOf(name), gradientOf('w')],
      ]) {
        store.delete(own);
        store.part(own, whole, { ...leaves[0], offset: 4 * offset });
      }
    for (const { name, layout, shape } of this.#trained)
      store.ensure(initialOf(name), layout, shape);
    for (const { name, layout, shape } of this.#copies) {
      // An earlier shape may have left a part of `w` under this name, whose gradient lies in `d_w`; a copy has its own.
      store.delete(name);
      store.delete(gradientOf(name));
      store.create(name, layout, shape);
    }
    for (const { name, layout, shape, trained } of this.#leaves)
      if (!trained) store.ensure(name, layout, shape);
  }

  /** Writes a latent. Of leaves that are tied the first one's values count. */
  write(store: TensorStore, latent: Float32Array): void {
    for (const { name, leaves } of this.#parameters) store.write(name, valuesOf(leaves[0], latent));
    for (const leaf of this.#leaves)
      if (!leaf.trained) store.write(leaf.name, valuesOf(leaf, latent));
  }

  /** Writes the latent that the regularisation draws to. */
  writeInitial(store: TensorStore, latent: Float32Array): void {
    for (const leaf of this.#trained) store.write(initialOf(leaf.name), valuesOf(leaf, latent));
  }

  /** The calls that make copies of what is tied. */
  get copies(): Call[] {
    return this.#parameters.flatMap(({ name, leaves }) => {
      const copies = leaves.map((leaf) => leaf.name).filter((copy) => copy !== name);
      return broadcastCalls(name, copies, wordsOf(leaves[0]));
    });
  }

  /** The losses that draw each trained leaf to where it was at first. */
  get regularization(): Call[] {
    const { values } = this;
    return this.#trained.map((leaf) =>
      regularizationCall(leaf.name, initialOf(leaf.name), { length: wordsOf(leaf), values }),
    );
  }

  /** The step of the optimiser. */
  get step(): Call {
    const [rows, length] = this.#rows;
    return adamCall(rows, length);
  }

  /** The values that are trained, parameter after parameter, of what `w` or `d_w` holds on the device. */
  fromDevice(words: Float32Array): Float32Array {
    const all = this.#parameters.map(({ leaves: [leaf], offset }) =>
      unpack(leaf.layout, leaf.shape, words.subarray(offset, offset + wordsOf(leaf))),
    );
    const values = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const one of all) {
      values.set(one, at);
      at += one.length;
    }
    return values;
  }

  /** A latent with other trained values, as `fromDevice` gives them. */
  withTrained(latent: Float32Array, trained: Float32Array): Float32Array {
    const changed = latent.slice();
    let at = 0;
    for (const { leaves } of this.#parameters) {
      const { values } = leaves[0];
      for (const leaf of leaves) changed.set(trained.subarray(at, at + values), leaf.at);
      at += values;
    }
    return changed;
  }

  /** A latent whose tied leaves are one: the first of them. */
  tie(latent: Float32Array): Float32Array {
    const changed = latent.slice();
    for (const { leaves } of this.#parameters)
      for (const leaf of leaves) changed.set(valuesOf(leaves[0], latent), leaf.at);
    return changed;
  }

  /**
   * The gradient of every value of the latent, those that stay included; with tied leaves, of the trained values alone.
   */
  wholeGradient(trained: Float32Array): Float32Array {
    return this.#tied ? trained : this.withTrained(new Float32Array(this.values), trained);
  }

  get #trained(): PlacedLeaf[] {
    return this.#leaves.filter(({ trained }) => trained);
  }

  get #copies(): PlacedLeaf[] {
    return this.#parameters.flatMap(({ name, leaves }) =>
      leaves.filter((leaf) => leaf.name !== name),
    );
  }

  /** The shape of `w`, in the `vector` layout. */
  get #rows(): [number, number] {
    const words = this.#parameters.reduce((sum, { leaves }) => sum + alignedWords(leaves[0]), 0);
    return [words / vectorAlignment, vectorAlignment];
  }

  #group(): Parameter[] {
    const groups = new Map<string, PlacedLeaf[]>();
    for (const leaf of this.#trained) {
      const name = this.#tied && leaf.tie !== undefined ? `tied.${leaf.tie}` : leaf.name;
      groups.set(name, [...(groups.get(name) ?? []), leaf]);
    }
    let offset = 0;
    return [...groups].map(([name, leaves]) => {
      const parameter = { name, leaves, offset };
      offset += alignedWords(leaves[0]);
      return parameter;
    });
  }
}

const initialOf = (leaf: string): string => `initial.${leaf}`;

const valuesOf = ({ at, values }: PlacedLeaf, latent: Float32Array): Float32Array =>
  latent.subarray(at, at + values);

const wordsOf = ({ layout, shape }: LatentLeaf): number => deviceLength(layout, shape);

/** Parts of a tensor are bound at multiples of a row of the `vector` layout. */
const alignedWords = (leaf: LatentLeaf): number =>
  Math.ceil(wordsOf(leaf) / vectorAlignment) * vectorAlignment;
