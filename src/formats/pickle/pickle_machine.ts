import { ByteCursor, type FilePart } from '../byte_cursor.ts';
import type { FormatError } from '../errors.ts';
import { PickleStack } from './pickle_stack.ts';
import type { PersistentId, PickleValue } from './pickle_values.ts';

/** What the opcodes of a pickle work on. */
export class PickleMachine {
  readonly cursor: ByteCursor;
  readonly stack: PickleStack;
  /** All that were made, in their order. */
  readonly persistentIds: PersistentId[] = [];
  /** Where in the file the opcode at work lies. */
  offset = 0;

  /**
   * @param allowed the globals that may be named, as `module.name`
   * @param start where in the part the pickle begins
   */
  constructor(
    part: FilePart,
    readonly allowed: ReadonlySet<string>,
    start: number,
  ) {
    this.cursor = new ByteCursor(part, start);
    this.stack = new PickleStack(this.cursor);
  }

  /** Pushes what a parser gave. @throws FormatError where it could not parse */
  pushParsed(value: PickleValue | undefined): void {
    if (value === undefined) throw this.error('a number or text that cannot be read');
    this.stack.push(value);
  }

  /** At the opcode at work. */
  error(message: string): FormatError {
    return this.cursor.error(message, this.offset);
  }
}

/** What one opcode does; its own byte is read. */
export type Opcode = (machine: PickleMachine) => void;
