import type { ByteCursor } from '../byte_cursor.ts';
import { PickleGlobal, PickleTuple, type PickleValue } from './pickle_values.ts';

/** The most values on the stack; no model's pickle needs as many, since Python writes lists in batches of 1000. */
const deepest = 100_000;
const mostMemos = 1_000_000;

/** The stack of the pickle machine with its marks, and its memo. Every fault is a FormatError at the cursor's byte. */
export class PickleStack {
  readonly #cursor: ByteCursor;
  readonly #values: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(cursor: ByteCursor) {
    this.#cursor = cursor;
  }

  push(value: PickleValue): void {
    if (this.#values.length >= deepest) throw this.#cursor.error(`nested deeper than ${deepest}`);
    this.#values.push(value);
  }

  pop(): PickleValue {
    const value = this.top();
    this.#values.pop();
    return value;
  }

  /** The last value above the last mark. */
  top(): PickleValue {
    const value = this.#values.at(-1);
    if (value === undefined || this.#values.length <= (this.#marks.at(-1) ?? 0)) {
      throw this.#cursor.error('the pickle takes a value that it has not made');
    }
    return value;
  }

  mark(): void {
    if (this.#marks.length >= deepest) throw this.#cursor.error(`nested deeper than ${deepest}`);
    this.#marks.push(this.#values.length);
  }

  /** Takes everything above the last mark, and the mark. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#cursor.error('the pickle takes a mark that it has not set');
    return this.#values.splice(mark);
  }

  /** Runs POP, which removes a mark where one is on top. */
  discard(): void {
    if (this.#marks.at(-1) === this.#values.length && this.#marks.length > 0) this.#marks.pop();
    else this.pop();
  }

  popString(): string {
    const value = this.pop();
    if (typeof value !== 'string') throw this.#cursor.error('a name that is no text');
    return value;
  }

  popTuple(): readonly PickleValue[] {
    const value = this.pop();
    if (!(value instanceof PickleTuple)) throw this.#cursor.error('arguments that are no tuple');
    return value.items;
  }

  popGlobal(): PickleGlobal {
    const value = this.pop();
    if (!(value instanceof PickleGlobal)) {
      throw this.#cursor.error('a call of something that is no function or class');
    }
    return value;
  }

  /** Keeps the top value in the memo under this number, by default the next free one. */
  memoize(index = this.#memo.size): void {
    if (this.#memo.size >= mostMemos) throw this.#cursor.error(`more than ${mostMemos} memos`);
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#cursor.error(`memo ${index} is not there`);
    this.push(value);
  }
}
