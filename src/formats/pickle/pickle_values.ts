/**
 * A pickle's value, as plain data. A pickle is a program that names functions and calls them; we keep the names and the
 * arguments and call nothing, so that a file can do no harm. Whoever reads an object decides what it means.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleSet
  | PickleGlobal
  | PickleObject
  | PersistentId;

/** The most sizes of a tensor: a long tuple that many tensors share must not be walked for each. */
const mostSizes = 64;

export type PickleList = PickleValue[];
/** A Map, not an object, so that no key of a file reaches a prototype. Keys other than primitives go by identity. */
export type PickleDict = Map<PickleValue, PickleValue>;
export type PickleSet = Set<PickleValue>;

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A function or class that the pickle names, as `module.name`. */
export class PickleGlobal {
  constructor(
    readonly name: string,
    /** Where in the file it is named. */
    readonly offset: number,
  ) {}
}

/** Stands for the result of a call that was not made: its function or class, its arguments, and what was put in. */
export class PickleObject {
  /** The argument of its `__setstate__`, or its `__dict__` where it has no such method. */
  state: PickleValue | undefined;
  /** Its entries, if it is of a subclass of dict. */
  readonly entries: PickleDict = new Map();
  /** Its items, if it is of a subclass of list or set. */
  readonly items: PickleList = [];

  constructor(
    readonly global: PickleGlobal,
    readonly args: readonly PickleValue[],
    /** Where in the file it is made. */
    readonly offset: number,
  ) {}

  is(...names: readonly string[]): boolean {
    return names.includes(this.global.name);
  }
}

/** Stands for something outside the pickle, such as the data of a tensor. */
export class PersistentId {
  constructor(
    readonly id: PickleValue,
    readonly offset: number,
  ) {}
}

/** The entries of a dict or of an object of a subclass; undefined for anything else. */
export function entriesOf(value: PickleValue | undefined): PickleDict | undefined {
  if (value instanceof Map) return value;
  return value instanceof PickleObject ? value.entries : undefined;
}

/** The items of a tuple or list; undefined for anything else. */
export function itemsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof PickleTuple ? value.items : undefined;
}

/** A tuple or list of at most 64 whole numbers from 0 that an f64 holds; undefined for anything else. */
export function sizesOf(value: PickleValue | undefined): number[] | undefined {
  const items = itemsOf(value);
  if (items && items.length > mostSizes) return undefined;
  const sound = items?.every((item) => Number.isSafeInteger(item) && Number(item) >= 0);
  return sound ? items?.map(Number) : undefined;
}

/** A value in a few words, for messages: never the whole of it. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'bigint') return 'a very large number';
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (value instanceof Set) return `a set of ${value.size}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof PickleTuple) return `a tuple of ${value.items.length}`;
  if (value instanceof PickleGlobal) return value.name.slice(0, 80);
  return value instanceof PickleObject ? value.global.name.slice(0, 80) : 'a persistent id';
}
