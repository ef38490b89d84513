import type { Call } from '../../engine/graph/reversal.ts';
import { gradientOf } from '../../engine/graph/reversal.ts';
import { deviceLength, unpack, vectorAlignment } from '../../engine/memory/layouts.ts';
import type { TensorStore } from '../../engine/memory/tensors.ts';
import type { LatentLeaf, PlacedLatent } from '../../models/draggable.ts';
import { adamCall, broadcastCalls, regularizationCall } from '../../models/latent_calls.ts';
import type { IterationRecord } from './records.ts';

/** A leaf, and where its values begin in the latent. */
export interface PlacedLeaf extends LatentLeaf {
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

/** What a record says of the latent. */
export type MovedValues = Pick<IterationRecord, 'w' | 'leaves' | 'coordinates'>;

/** How a latent lies on the device, and how a drag moves it. */
export interface LatentLayout {
  /** How many values a latent has. */
  readonly values: number;
  /** The tensors that are moved, and whose gradients a drag asks for. */
  readonly wanted: readonly string[];
  /** The calls that make the leaves from what is trained. */
  readonly leafCalls: readonly Call[];
  /** Calls that are run once after `write`. */
  readonly settling: readonly Call[];
  /** The losses that draw each trained leaf to where it was at first. */
  readonly regularization: readonly Call[];
  /** The step of the optimiser. */
  readonly step: Call;
  /**
   * The tensors of the trained leaves and of the coordinates that they follow from, where those are not `w`: made anew
   * after the step, and read back.
   */
  readonly followed?: { readonly leaves: string; readonly coordinates: string };
  /** Makes the tensors of the latent, of its gradient, of Adam's moments, and of the latent that it is drawn to. */
  createTensors(store: TensorStore): void;
  /** Writes a latent. Of leaves that are tied the first one's values count. */
  write(store: TensorStore, latent: PlacedLatent): void;
  /** Writes the latent that the regularisation draws to. */
  writeInitial(store: TensorStore, latent: Float32Array): void;
  /** The values that are trained, one after the other, of what `w` or `d_w` holds on the device. */
  fromDevice(words: Float32Array): Float32Array;
  /**
   * A latent after a step.
   * @param record `w` as `fromDevice` gives it, and what `followed` names
   */
  moved(latent: PlacedLatent, record: MovedValues): PlacedLatent;
  /**
   * The gradient of every value of the latent, those that stay included; with tied leaves or other coordinates, of the
   * trained values alone.
   */
  wholeGradient(trained: Float32Array): Float32Array;
}

/**
 * A latent whose own leaves are moved. What is trained lies in one tensor `w`, with `d_w` and Adam's moments beside
 * it, so that one dispatch steps all of it and one copy brings it back. Each leaf is a part of it under its own name,
 * or, where it is tied to others, a copy.
 */
export class OwnLeaves implements LatentLayout {
  readonly values: number;
  readonly settling: readonly Call[] = [];
  readonly #leaves: readonly PlacedLeaf[];
  readonly #parameters: readonly Parameter[];
  readonly #tied: boolean;

  /** @param tied true if leaves of the same tie are one value */
  constructor(leaves: readonly LatentLeaf[], tied: boolean) {
    this.#leaves = placeLeaves(leaves);
    this.values = valueCount(leaves);
    this.#tied = tied && leaves.some(({ tie }) => tie !== undefined);
    this.#parameters = this.#group();
  }

  get wanted(): string[] {
    return this.#parameters.map(({ name }) => name);
  }

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

  write(store: TensorStore, { ws }: PlacedLatent): void {
    for (const { name, leaves } of this.#parameters) store.write(name, valuesOf(leaves[0], ws));
    for (const leaf of this.#leaves) if (!leaf.trained) store.write(leaf.name, valuesOf(leaf, ws));
  }

  writeInitial(store: TensorStore, latent: Float32Array): void {
    for (const leaf of this.#trained) store.write(initialOf(leaf.name), valuesOf(leaf, latent));
  }

  get leafCalls(): Call[] {
    return this.#parameters.flatMap(({ name, leaves }) => {
      const copies = leaves.map((leaf) => leaf.name).filter((copy) => copy !== name);
      return broadcastCalls(name, copies, wordsOf(leaves[0]));
    });
  }

  get regularization(): Call[] {
    return regularizationCalls(this.#trained, this.values);
  }

  get step(): Call {
    const [rows, length] = this.#rows;
    return adamCall(rows, length);
  }

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

  moved({ ws }: PlacedLatent, { w }: MovedValues): PlacedLatent {
    return { ws: this.#withTrained(ws, w) };
  }

  wholeGradient(trained: Float32Array): Float32Array {
    return this.#tied ? trained : this.#withTrained(new Float32Array(this.values), trained);
  }

  /** A latent with other trained values, as `fromDevice` gives them. */
  #withTrained(latent: Float32Array, trained: Float32Array): Float32Array {
    const changed = latent.slice();
    let at = 0;
    for (const { leaves } of this.#parameters) {
      const { values } = leaves[0];
      for (const leaf of leaves) changed.set(trained.subarray(at, at + values), leaf.at);
      at += values;
    }
    return changed;
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

/** A latent whose tied leaves are one: the first of each tie. What it was made from is then of no use. */
export function tieLeaves(leaves: readonly LatentLeaf[], { ws }: PlacedLatent): PlacedLatent {
  const tied = ws.slice();
  const first = new Map<string, PlacedLeaf>();
  for (const leaf of placeLeaves(leaves)) {
    if (!leaf.trained || leaf.tie === undefined) continue;
    const model = first.get(leaf.tie);
    if (model) tied.set(valuesOf(model, ws), leaf.at);
    else first.set(leaf.tie, leaf);
  }
  return { ws: tied };
}

/** The leaves of a latent, where each lies in it. */
export function placeLeaves(leaves: readonly LatentLeaf[]): PlacedLeaf[] {
  let at = 0;
  return leaves.map((leaf) => {
    const placed = { ...leaf, at, values: valueCount([leaf]) };
    at += placed.values;
    return placed;
  });
}

/** How many values leaves have. */
export const valueCount = (leaves: readonly LatentLeaf[]): number =>
  leaves.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** The losses that draw each of these leaves to where it was at first. @param values of the whole latent */
export const regularizationCalls = (leaves: readonly LatentLeaf[], values: number): Call[] =>
  leaves.map((leaf) =>
    regularizationCall(leaf.name, initialOf(leaf.name), { length: wordsOf(leaf), values }),
  );

/** The tensor that a leaf is drawn to. */
export const initialOf = (leaf: string): string => `initial.${leaf}`;

/** A leaf's values in a latent. */
export const valuesOf = ({ at, values }: PlacedLeaf, latent: Float32Array): Float32Array =>
  latent.subarray(at, at + values);

/** Words that a leaf takes on the device. */
export const wordsOf = ({ layout, shape }: LatentLeaf): number => deviceLength(layout, shape);

/** Parts of a tensor are bound at multiples of a row of the `vector` layout. */
export const alignedWords = (leaf: LatentLeaf): number =>
  Math.ceil(wordsOf(leaf) / vectorAlignment) * vectorAlignment;
