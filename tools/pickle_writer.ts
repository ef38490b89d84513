import {
  PersistentId,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../src/formats/pickle/pickle_values.ts';

/** Opcodes of protocol 4. */
const op = {
  mark: 0x28,
  stop: 0x2e,
  bytes: 0x42,
  double: 0x47,
  int: 0x4a,
  none: 0x4e,
  persistentId: 0x51,
  reduce: 0x52,
  text: 0x58,
  emptyList: 0x5d,
  build: 0x62,
  appends: 0x65,
  tuple: 0x74,
  setItems: 0x75,
  emptyDict: 0x7d,
  protocol: 0x80,
  yes: 0x88,
  no: 0x89,
  long: 0x8a,
  emptySet: 0x8f,
  addItems: 0x90,
  stackGlobal: 0x93,
};

/**
 * The inverse of `unpickle`: a pickle of protocol 4, in pieces, so that long bytes are not copied. It uses no memo: a
 * shared object is written each time it is met.
 */
export function* pickleChunks(value: PickleValue): Generator<Uint8Array> {
  yield Uint8Array.of(op.protocol, 4);
  yield* chunksOf(value);
  yield Uint8Array.of(op.stop);
}

/** A pickle in one piece. */
export function pickle(value: PickleValue): Uint8Array<ArrayBuffer> {
  return joined([...pickleChunks(value)]);
}

/** Pieces one after the other. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function* chunksOf(value: PickleValue | undefined): Generator<Uint8Array> {
  if (value === null || value === undefined) yield Uint8Array.of(op.none);
  else if (value === true) yield Uint8Array.of(op.yes);
  else if (value === false) yield Uint8Array.of(op.no);
  else if (typeof value === 'number') yield numberChunk(value);
  else if (typeof value === 'bigint') yield longChunk(value);
  else if (typeof value === 'string') yield* withLength(op.text, new TextEncoder().encode(value));
  else if (value instanceof Uint8Array) yield* withLength(op.bytes, value);
  else if (value instanceof PickleGlobal) {
    const dot = value.name.lastIndexOf('.');
    yield* chunksOf(value.name.slice(0, dot));
    yield* chunksOf(value.name.slice(dot + 1));
    yield Uint8Array.of(op.stackGlobal);
  } else if (value instanceof PersistentId) {
    yield* chunksOf(value.id);
    yield Uint8Array.of(op.persistentId);
  } else if (value instanceof PickleObject) yield* objectChunks(value);
  else yield* containerChunks(value);
}

function* containerChunks(
  value: PickleTuple | PickleValue[] | Map<PickleValue, PickleValue> | Set<PickleValue>,
): Generator<Uint8Array> {
  if (value instanceof PickleTuple) {
    yield* afterMark(value.items, op.tuple);
  } else if (Array.isArray(value)) {
    yield Uint8Array.of(op.emptyList);
    yield* afterMark(value, op.appends);
  } else if (value instanceof Map) {
    yield Uint8Array.of(op.emptyDict);
    yield* afterMark([...value].flat(), op.setItems);
  } else {
    yield Uint8Array.of(op.emptySet);
    yield* afterMark([...value], op.addItems);
  }
}

function* objectChunks({
  global,
  args,
  state,
  entries,
  items,
}: PickleObject): Generator<Uint8Array> {
  yield* chunksOf(global);
  yield* chunksOf(new PickleTuple(args));
  yield Uint8Array.of(op.reduce);
  if (items.length > 0) yield* afterMark(items, op.appends);
  if (entries.size > 0) yield* afterMark([...entries].flat(), op.setItems);
  if (state !== undefined) {
    yield* chunksOf(state);
    yield Uint8Array.of(op.build);
  }
}

function* afterMark(items: readonly PickleValue[], opcode: number): Generator<Uint8Array> {
  yield Uint8Array.of(op.mark);
  for (const item of items) yield* chunksOf(item);
  yield Uint8Array.of(opcode);
}

function numberChunk(value: number): Uint8Array {
  const whole = Number.isInteger(value) && !Object.is(value, -0);
  if (whole && value !== (value | 0)) return longChunk(BigInt(value));
  const chunk = new DataView(new ArrayBuffer(whole ? 5 : 9));
  chunk.setUint8(0, whole ? op.int : op.double);
  if (whole) chunk.setInt32(1, value, true);
  else chunk.setFloat64(1, value);
  return new Uint8Array(chunk.buffer);
}

/** A whole number of any size, as 16 bytes in two's complement. */
function longChunk(value: bigint): Uint8Array {
  const chunk = new DataView(new ArrayBuffer(18));
  chunk.setUint8(0, op.long);
  chunk.setUint8(1, 16);
  chunk.setBigInt64(2, BigInt.asIntN(64, value), true);
  chunk.setBigInt64(10, value >> 64n, true);
  return new Uint8Array(chunk.buffer);
}

function* withLength(opcode: number, bytes: Uint8Array): Generator<Uint8Array> {
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, opcode);
  head.setUint32(1, bytes.length, true);
  yield new Uint8Array(head.buffer);
  yield bytes;
}
