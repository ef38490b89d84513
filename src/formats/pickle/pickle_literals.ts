import type { Opcode, PickleMachine } from './pickle_machine.ts';
import {
  decodeLong,
  parseFloatLine,
  parseIntegerLine,
  parseStringLine,
  parseUnicodeLine,
} from './pickle_text.ts';

const newestProtocol = 5;
/** Protocol 2 has the bytes of a tensor as a text. */
const longestText = 2 ** 28;
/** The most bytes in a line of protocol 0's textual opcodes. */
export const longestLine = 2 ** 16;

/**
 * The opcodes that push a literal value, and those that only move values on the stack and the memo; by their byte.
 * Source: the documentation of Python's `pickletools`.
 */
export const literalOpcodes: readonly (readonly [byte: number, name: string, run: Opcode])[] = [
  [0x80, 'PROTO', checkProtocol],
  [0x95, 'FRAME', checkFrame],
  [0x28, 'MARK', ({ stack }) => stack.mark()],
  [0x30, 'POP', ({ stack }) => stack.discard()],
  [0x31, 'POP_MARK', ({ stack }) => stack.popToMark()],
  [0x32, 'DUP', ({ stack }) => stack.push(stack.top())],

  [0x4e, 'NONE', ({ stack }) => stack.push(null)],
  [0x88, 'NEWTRUE', ({ stack }) => stack.push(true)],
  [0x89, 'NEWFALSE', ({ stack }) => stack.push(false)],

  [0x4a, 'BININT', ({ stack, cursor }) => stack.push(cursor.i32())],
  [0x4b, 'BININT1', ({ stack, cursor }) => stack.push(cursor.u8())],
  [0x4d, 'BININT2', ({ stack, cursor }) => stack.push(cursor.u16())],
  [0x8a, 'LONG1', (machine) => pushLong(machine, machine.cursor.u8())],
  [0x8b, 'LONG4', (machine) => pushLong(machine, machine.cursor.u32())],
  [0x49, 'INT', (machine) => machine.pushParsed(parseIntegerLine(line(machine)))],
  [0x4c, 'LONG', (machine) => machine.pushParsed(parseIntegerLine(line(machine)))],
  [0x47, 'BINFLOAT', ({ stack, cursor }) => stack.push(cursor.f64())],
  [0x46, 'FLOAT', (machine) => machine.pushParsed(parseFloatLine(line(machine)))],

  [0x8c, 'SHORT_BINUNICODE', (machine) => pushText(machine, machine.cursor.u8())],
  [0x58, 'BINUNICODE', (machine) => pushText(machine, machine.cursor.u32())],
  [0x8d, 'BINUNICODE8', (machine) => pushText(machine, machine.cursor.u64())],
  [0x55, 'SHORT_BINSTRING', (machine) => pushText(machine, machine.cursor.u8())],
  [0x54, 'BINSTRING', (machine) => pushText(machine, machine.cursor.u32())],
  [0x53, 'STRING', (machine) => machine.pushParsed(parseStringLine(line(machine)))],
  [0x56, 'UNICODE', (machine) => machine.stack.push(parseUnicodeLine(line(machine)))],

  [0x43, 'SHORT_BINBYTES', ({ stack, cursor }) => stack.push(cursor.take(cursor.u8()))],
  [0x42, 'BINBYTES', ({ stack, cursor }) => stack.push(cursor.take(cursor.u32()))],
  [0x8e, 'BINBYTES8', ({ stack, cursor }) => stack.push(cursor.take(cursor.u64()))],
  [0x96, 'BYTEARRAY8', ({ stack, cursor }) => stack.push(cursor.take(cursor.u64()))],

  [0x94, 'MEMOIZE', ({ stack }) => stack.memoize()],
  [0x71, 'BINPUT', ({ stack, cursor }) => stack.memoize(cursor.u8())],
  [0x72, 'LONG_BINPUT', ({ stack, cursor }) => stack.memoize(cursor.u32())],
  [0x70, 'PUT', (machine) => machine.stack.memoize(memoOf(machine))],
  [0x68, 'BINGET', ({ stack, cursor }) => stack.recall(cursor.u8())],
  [0x6a, 'LONG_BINGET', ({ stack, cursor }) => stack.recall(cursor.u32())],
  [0x67, 'GET', (machine) => machine.stack.recall(memoOf(machine))],
];

function checkProtocol(machine: PickleMachine): void {
  const protocol = machine.cursor.u8();
  if (protocol > newestProtocol) {
    throw machine.error(`pickle protocol ${protocol} is unknown, ${newestProtocol} is the newest`);
  }
}

/** Frames are hints for reading ahead. Their length is checked because it shows at once that a file was cut. */
function checkFrame(machine: PickleMachine): void {
  const length = machine.cursor.u64();
  const { left } = machine.cursor;
  if (length > left) throw machine.error(`cut short: a frame of ${length} bytes, ${left} left`);
}

function pushLong(machine: PickleMachine, length: number): void {
  machine.pushParsed(decodeLong(machine.cursor.take(length)));
}

function pushText(machine: PickleMachine, length: number): void {
  if (length > longestText) {
    throw machine.error(`a text of ${length} bytes; ${longestText} at most are read`);
  }
  machine.stack.push(machine.cursor.utf8(length));
}

const line = ({ cursor }: PickleMachine): string => cursor.line(longestLine);

function memoOf(machine: PickleMachine): number {
  const digits = line(machine);
  if (!/^\d{1,10}$/.test(digits)) throw machine.error('a memo without its number');
  return Number(digits);
}
