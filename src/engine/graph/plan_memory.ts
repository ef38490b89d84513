import type { Arena } from '../memory/arena.ts';
import { alignedToBind, type TensorStore } from '../memory/tensors.ts';

/** A tensor, or several that lie in one buffer, as a kernel binds them. */
export interface Bound {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
  /** The tensor whose memory it is: `BoundTensor.memory`. */
  readonly memory: string;
}

/** Tensors that one dispatch reads or writes together, and where each begins in what it binds, in words. */
export interface Gathered {
  /** The name by which it is bound. */
  readonly name: string;
  readonly bytes: number;
  readonly offsets: readonly number[];
}

/** A tensor before it has memory. */
export interface SizedTensor {
  readonly name: string;
  readonly bytes: number;
}

/** A step's tensors, and which of them it makes. */
export interface StepTensors {
  readonly label: string;
  readonly bound: readonly { readonly name: string; readonly written: boolean }[];
}

/** The lifetime of memory, in steps. */
interface Lease {
  bytes: number;
  first: number;
  last: number;
}

/**
 * Where the tensors of a plan lie: in the store, or in memory of the arena that other tensors have before and after.
 * Such a tensor may be a part of a pool, whose tensors one dispatch binds together, or take the place of another one.
 */
export class PlanMemory {
  /** Bytes of every tensor that comes from the arena, pools and their parts included. */
  readonly #transient = new Map<string, number>();
  /** Part → the pool, and where it begins in it, in bytes. */
  readonly #parts = new Map<string, { readonly pool: string; readonly offset: number }>();
  /** Tensor → the one whose place it takes. */
  readonly #successors = new Map<string, string>();
  readonly #pools = new Set<string>();
  #placed: ReadonlyMap<string, GPUBuffer> = new Map();

  /** @param store the plan's own, on top of all that outlives a run */
  constructor(private readonly store: TensorStore) {}

  /** True if a tensor lives within a run. */
  isTransient(name: string): boolean {
    return this.store.find(name) === undefined;
  }

  /** The name of the buffer in which a tensor of the store lies; of one that lives within a run, nothing. */
  bufferOf(name: string): string {
    return this.store.find(name)?.buffer.label ?? '';
  }

  /** Gives a tensor memory of the arena unless it is in the store. @throws RangeError where it has another size */
  add(name: string, bytes: number, user: string): void {
    // Others may join a pool after a call that binds all of it was made.
    if (this.#pools.has(name)) return;
    const known = this.store.find(name)?.bytes ?? this.#transient.get(name);
    if (known !== undefined && known !== bytes)
      throw new RangeError(`${user} takes ${bytes} bytes, tensor ${name} has ${known}`);
    if (known === undefined) this.#transient.set(name, bytes);
  }

  /** Lets a tensor take the place of another one, which nobody reads any more. */
  succeed(tensor: string, predecessor: string): void {
    this.#successors.set(tensor, predecessor);
  }

  /** The tensor in whose place another one lies: itself, unless `succeed` was called. */
  placeOf(tensor: string): string {
    const predecessor = this.#successors.get(tensor);
    return predecessor === undefined ? tensor : this.placeOf(predecessor);
  }

  /**
   * Binds tensors together that lie in one buffer of the store, or in one pool of the arena; those that are in no pool yet
   * join it. A tensor may be named more than once.
   * @returns undefined where they lie apart, and for none
   */
  gather(tensors: readonly SizedTensor[]): Gathered | undefined {
    const stored = tensors.map(({ name }) => this.store.find(name));
    if (stored.length === 0) return undefined;
    if (stored.every((one) => one === undefined)) return this.#gatherInPool(tensors);
    const known = stored.flatMap((one) => (one ? [one] : []));
    const [{ buffer }] = known;
    if (known.length < tensors.length || known.some((one) => one.buffer !== buffer))
      return undefined;
    const offset = Math.min(...known.map((one) => one.offset));
    const bytes = Math.max(...known.map((one) => one.offset + one.bytes)) - offset;
    const name = nameOf(tensors, `bytes ${offset} to ${offset + bytes} of ${buffer.label}`);
    this.store.borrow(name, { layout: 'plain', shape: [bytes / 4], buffer, offset, bytes });
    return { name, bytes, offsets: known.map((one) => (one.offset - offset) / 4) };
  }

  #gatherInPool(tensors: readonly SizedTensor[]): Gathered | undefined {
    const pools = new Set(tensors.flatMap(({ name }) => this.#parts.get(name)?.pool ?? []));
    if (pools.size > 1) return undefined;
    const [pool = nameOf(tensors, 'pool')] = pools;
    for (const { name, bytes } of tensors) {
      if (this.#parts.has(name)) continue;
      const offset = this.#transient.get(pool) ?? 0;
      this.#transient.set(name, bytes);
      this.#parts.set(name, { pool, offset });
      this.#pools.add(pool);
      this.#transient.set(pool, offset + alignedToBind(bytes));
    }
    const offsets = tensors.map(({ name }) => (this.#parts.get(name)?.offset ?? 0) / 4);
    return { name: pool, bytes: this.#transient.get(pool) ?? 0, offsets };
  }

  /** Takes buffers of the arena for all that lives within a run. @throws RangeError for a tensor that nothing makes */
  place(steps: readonly StepTensors[], arena: Arena): void {
    const leases = new Map<string, Lease>();
    steps.forEach(({ label, bound }, at) => {
      for (const { name, written } of bound) {
        if (!this.isTransient(name)) continue;
        const memory = this.#memoryOf(name);
        const lease = leases.get(memory);
        if (lease) lease.last = at;
        else if (written)
          leases.set(memory, { bytes: this.#transient.get(memory) ?? 0, first: at, last: at });
        else throw new RangeError(`${label} reads ${name}, which nothing has made`);
      }
    });
    this.#placed = arena.place([...leases].map(([name, lease]) => ({ name, ...lease })));
  }

  /** @throws RangeError for a tensor that is nowhere */
  bind(tensor: string): Bound {
    const name = this.placeOf(tensor);
    const memory = this.#memoryOf(name);
    const buffer = this.#placed.get(memory);
    if (!buffer) {
      const { buffer: kept, offset, bytes } = this.store.get(name);
      return { buffer: kept, offset, bytes, memory: kept.label };
    }
    const offset = this.#parts.get(name)?.offset ?? 0;
    return { buffer, offset, bytes: this.#transient.get(name) ?? 0, memory };
  }

  #memoryOf(tensor: string): string {
    const name = this.placeOf(tensor);
    return this.#parts.get(name)?.pool ?? name;
  }
}

const nameOf = ([{ name }, ...others]: readonly SizedTensor[], buffer: string): string =>
  `${name} and ${others.length} others in ${buffer}`;
