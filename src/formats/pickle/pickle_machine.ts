import { ByteCursor, type FilePart } from '../byte_cursor.ts';
import type { FormatError } from '../errors.ts';
import type { PickleNames } from './pickle_names.ts';
import { PickleStack } from './pickle_stack.ts';
import type { PersistentId, PickleValue } from './pickle_values.ts';

/** The state that the opcodes of a pickle work on. */
export class PickleMachine {
  readonly cursor: ByteCursor;
  readonly stack: PickleStack;
  /** All persistent ids, in the order in which they were made. */
  readonly persistentIds: PersistentId[] = [];
  /** Byte offset, in the file, of the opcode at work. */
  offset = 0;

  /**
   * @param allowed the functions and classes that may be named
   * @param start where in the part the pickle begins
   */
  constructor(
    part: FilePart,
    readonly allowed: PickleNames,
    start: number,
  ) {
    this.cursor = new ByteCursor(part, start);
    this.stack = new PickleStack(this.cursor);
  }

  /** Pushes a parser's result. @throws FormatError where that is undefined: the text could not be parsed */
  pushParsed(value: PickleValue | undefined): void {
    if (value === undefined) throw this.error('a number or text that cannot be read');
    this.stack.push(value);
  }

  /** An error that names the byte of the opcode at work. */
  error(message: string): FormatError {
    return this.cursor.error(message, this.offset);
  }
}

/** Runs one opcode, whose own byte was read already. */
export type Opcode = (machine: PickleMachine) => void;
