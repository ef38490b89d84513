import type { FilePart } from '../byte_cursor.ts';
import { buildingOpcodes } from './pickle_building.ts';
import { literalOpcodes } from './pickle_literals.ts';
import { type Opcode, PickleMachine } from './pickle_machine.ts';
import type { PickleNames } from './pickle_names.ts';
import type { PersistentId, PickleValue } from './pickle_values.ts';

/** Twenty times as many as a training state of a 1024² network has; bounds the time, and the memory beside the file. */
const mostOpcodes = 1_000_000;
const stop = 0x2e;

/**
 * The opcode of each byte. Left out are the opcodes of old-style classes, of the registry of extensions, and of buffers
 * outside the pickle, which no model's file has.
 */
const opcodes: (Opcode | undefined)[] = new Array(256);
for (const [byte, , run] of [...literalOpcodes, ...buildingOpcodes]) opcodes[byte] = run;

export interface Unpickled {
  readonly value: PickleValue;
  /** Where in the part the next byte after the pickle lies. */
  readonly end: number;
  /** All persistent ids, in the order in which they were made. */
  readonly persistentIds: readonly PersistentId[];
}

/**
 * Reads one pickle of protocol 0 to 5 as data. Nothing is called: see `PickleValue`. Bytes are views of the file. Time
 * and memory are bounded by the file's length and the number of opcodes, and there is no recursion. What is shared in
 * the pickle is shared in the result, so whoever walks it visits each object once.
 * @param allowed the functions and classes that may be named
 * @param start where in the part the pickle begins
 * @throws FormatError for anything else, with the byte
 */
export function unpickle(part: FilePart, allowed: PickleNames, start = 0): Unpickled {
  const machine = new PickleMachine(part, allowed, start);
  const { cursor, stack, persistentIds } = machine;
  for (let count = 0; count < mostOpcodes; count++) {
    machine.offset = cursor.offset;
    const byte = cursor.u8();
    if (byte === stop) return { value: stack.pop(), end: cursor.position, persistentIds };
    const run = opcodes[byte];
    if (!run)
      throw machine.error(`0x${byte.toString(16).padStart(2, '0')} is no opcode of a pickle`);
    run(machine);
  }
  throw machine.error(`a pickle of more than ${mostOpcodes} opcodes`);
}

/**
 * A pickle of protocol 2 or later begins with the protocol's number, an older one with an opcode: a name, or the start
 * of a dict, list or tuple. A safetensors file's JSON begins at byte 8.
 */
export function looksLikePickle(bytes: Uint8Array): boolean {
  if (bytes[8] === '{'.charCodeAt(0)) return false;
  return (
    bytes[0] === 0x80 || /^(c[\w.]+\n|[(}\]])/.test(String.fromCharCode(...bytes.subarray(0, 256)))
  );
}
