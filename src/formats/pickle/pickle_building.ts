import { longestLine } from './pickle_literals.ts';
import type { Opcode, PickleMachine } from './pickle_machine.ts';
import {
  describeValue,
  PersistentId,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from './pickle_values.ts';

/** The opcodes that build a value from those on the stack, or put values into one that is there; by their byte. */
export const buildingOpcodes: readonly (readonly [byte: number, name: string, run: Opcode])[] = [
  [0x29, 'EMPTY_TUPLE', ({ stack }) => stack.push(new PickleTuple([]))],
  [0x85, 'TUPLE1', (machine) => pushTuple(machine, 1)],
  [0x86, 'TUPLE2', (machine) => pushTuple(machine, 2)],
  [0x87, 'TUPLE3', (machine) => pushTuple(machine, 3)],
  [0x74, 'TUPLE', ({ stack }) => stack.push(new PickleTuple(stack.popToMark()))],

  [0x5d, 'EMPTY_LIST', ({ stack }) => stack.push([])],
  [0x6c, 'LIST', ({ stack }) => stack.push(stack.popToMark())],
  [0x61, 'APPEND', (machine) => append(machine, [machine.stack.pop()])],
  [0x65, 'APPENDS', (machine) => append(machine, machine.stack.popToMark())],

  [0x7d, 'EMPTY_DICT', ({ stack }) => stack.push(new Map())],
  [0x64, 'DICT', (machine) => pushDict(machine)],
  [0x73, 'SETITEM', (machine) => setItem(machine)],
  [0x75, 'SETITEMS', (machine) => setItems(machine, machine.stack.popToMark())],

  [0x8f, 'EMPTY_SET', ({ stack }) => stack.push(new Set())],
  [0x91, 'FROZENSET', ({ stack }) => stack.push(new Set(stack.popToMark()))],
  [0x90, 'ADDITEMS', (machine) => addItems(machine)],

  [0x63, 'GLOBAL', (machine) => pushGlobal(machine, line(machine), line(machine))],
  [0x93, 'STACK_GLOBAL', (machine) => pushStackGlobal(machine)],
  [0x52, 'REDUCE', (machine) => pushObject(machine)],
  [0x81, 'NEWOBJ', (machine) => pushObject(machine)],
  [0x92, 'NEWOBJ_EX', (machine) => pushObjectWithKeywords(machine)],
  [0x62, 'BUILD', (machine) => setState(machine)],

  [0x50, 'PERSID', (machine) => pushPersistentId(machine, line(machine))],
  [0x51, 'BINPERSID', (machine) => pushPersistentId(machine, machine.stack.pop())],
];

const line = ({ cursor }: PickleMachine): string => cursor.line(longestLine);

function pushTuple({ stack }: PickleMachine, length: number): void {
  const items = Array.from({ length }, () => stack.pop());
  stack.push(new PickleTuple(items.reverse()));
}

function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.stack.top();
  const list = target instanceof PickleObject ? target.items : target;
  if (!Array.isArray(list)) throw machine.error(`items for ${describeValue(target)}`);
  for (const item of items) list.push(item);
}

function pushDict(machine: PickleMachine): void {
  const items = machine.stack.popToMark();
  machine.stack.push(new Map());
  setItems(machine, items);
}

function setItem(machine: PickleMachine): void {
  const value = machine.stack.pop();
  const key = machine.stack.pop();
  setItems(machine, [key, value]);
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const target = machine.stack.top();
  const dict = target instanceof PickleObject ? target.entries : target;
  if (!(dict instanceof Map)) throw machine.error(`entries for ${describeValue(target)}`);
  if (items.length % 2 !== 0) throw machine.error('a key without its value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

function addItems(machine: PickleMachine): void {
  const items = machine.stack.popToMark();
  const target = machine.stack.top();
  if (!(target instanceof Set)) throw machine.error(`members for ${describeValue(target)}`);
  for (const item of items) target.add(item);
}

function pushStackGlobal(machine: PickleMachine): void {
  const name = machine.stack.popString();
  pushGlobal(machine, machine.stack.popString(), name);
}

function pushGlobal(machine: PickleMachine, module: string, name: string): void {
  const global = `${module}.${name}`;
  if (!machine.allowed.has(global)) {
    throw machine.error(
      `names ${global.slice(0, 120)}, which no model that we read needs: refused, and nothing was run`,
    );
  }
  machine.stack.push(new PickleGlobal(global, machine.offset));
}

function pushObject(machine: PickleMachine): void {
  const { stack } = machine;
  const args = stack.popTuple();
  stack.push(new PickleObject(stack.popGlobal(), args, machine.offset));
}

/** Keyword arguments are left out: no class that we read takes any. */
function pushObjectWithKeywords(machine: PickleMachine): void {
  machine.stack.pop();
  pushObject(machine);
}

function setState(machine: PickleMachine): void {
  const state = machine.stack.pop();
  const object = machine.stack.top();
  if (!(object instanceof PickleObject))
    throw machine.error(`a state for ${describeValue(object)}`);
  object.state = state;
}

function pushPersistentId(machine: PickleMachine, id: PickleValue): void {
  const persistentId = new PersistentId(id, machine.offset);
  machine.persistentIds.push(persistentId);
  machine.stack.push(persistentId);
}
