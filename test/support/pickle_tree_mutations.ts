import fc from 'fast-check';
import { unpickle } from '../../src/formats/pickle/pickle.ts';
import {
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../../src/formats/pickle/pickle_values.ts';
import type { TensorFile } from '../../src/formats/tensors/named_tensors.ts';
import { readTorchStream, type TorchPickle } from '../../src/formats/torch/torch_stream.ts';
import { TorchTensors } from '../../src/formats/torch/torch_tensor.ts';
import { readTorchZip } from '../../src/formats/torch/torch_zip.ts';
import { readOfficialPickle } from '../../src/models/stylegan2/files/official_pickle.ts';
import { pickleGlobals } from '../../src/models/stylegan2/files/pickle_globals.ts';
import { readRosinality } from '../../src/models/stylegan2/files/rosinality.ts';
import { readTensorflowPickle } from '../../src/models/stylegan2/files/tensorflow_pickle.ts';
import { modelFixtures, readModelFixture } from './model_fixtures.ts';

const files = modelFixtures.map(({ name }) => ({ name, bytes: readModelFixture(name) }));

const oddValue: fc.Arbitrary<PickleValue> = fc.oneof(
  fc.constantFrom<PickleValue>(
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    64,
    2 ** 53,
    1e30,
    NaN,
    10n ** 30n,
  ),
  fc.constantFrom<PickleValue>('', 'G_ema', 'resnet', '__proto__', 'synthesis'),
  fc
    .constantFrom<(() => PickleValue)[]>(
      () => [],
      () => new Map(),
      () => new Set(),
      () => new Uint8Array(40),
    )
    .map((make) => make()),
  fc.array(fc.nat(70), { maxLength: 9 }).map((items) => new PickleTuple(items)),
);

/** Which value is changed, as a fraction of all, and into what: an odd value, or another one of the file. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  into: fc.oneof(
    oddValue,
    fc.record({ other: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) }),
  ),
});

/**
 * A model of one of the fixtures whose values were changed after the pickle was read: what a reader sees of a file whose
 * pickle is sound but says something else. The values may then be shared in circles.
 */
export const mutatedTree = fc
  .record({
    which: fc.nat(files.length - 1),
    changes: fc.array(change, { minLength: 1, maxLength: 3 }),
  })
  .map(({ which, changes }) => {
    const { name, bytes } = files[which] ?? files[0];
    const part = { bytes, origin: 0, file: name };
    const pickle = open(part);
    const places = placesIn(pickle.value);
    for (const { at, into } of changes) {
      const place = places[Math.floor(at * places.length)];
      const isOther = typeof into === 'object' && into !== null && 'other' in into;
      place?.set(isOther ? (places[Math.floor(into.other * places.length)]?.value ?? null) : into);
    }
    return { name, read: () => readTree(pickle, part) };
  });

function open(part: { bytes: Uint8Array; origin: number; file: string }): TorchPickle {
  if (part.file.endsWith('zip.pt')) return readTorchZip(part, pickleGlobals);
  if (part.file.endsWith('legacy.pt')) return readTorchStream(part, pickleGlobals);
  const { value } = unpickle(part, pickleGlobals);
  const storage = (): never => {
    throw new RangeError('an official pickle has no storage beside it');
  };
  return { value, storage };
}

function readTree(
  pickle: TorchPickle,
  part: { bytes: Uint8Array; origin: number; file: string },
): TensorFile | undefined {
  const tensors = new TorchTensors(pickle, part);
  if (part.file.endsWith('.pt')) {
    return readRosinality(pickle, tensors, { file: part.file, format: 'rosinality' });
  }
  return (
    readOfficialPickle(pickle.value, tensors, part) ?? readTensorflowPickle(pickle.value, part)
  );
}

interface Place {
  readonly value: PickleValue;
  set(value: PickleValue): void;
}

/** Every place of a tree that holds a value, once. */
function placesIn(root: PickleValue): Place[] {
  const places: Place[] = [];
  const seen = new Set<PickleValue>();
  const waiting: PickleValue[] = [root];
  const add = (value: PickleValue, set: (value: PickleValue) => void) => {
    places.push({ value, set });
    waiting.push(value);
  };
  const addItems = (items: readonly PickleValue[]) => {
    // Written through: a reader's list is read-only for readers alone.
    const list: PickleValue[] = items as PickleValue[];
    for (const [i, item] of list.entries()) add(item, (value) => list.splice(i, 1, value));
  };
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const object = value;
    if (object instanceof Map) {
      for (const [key, item] of object) add(item, (changed) => object.set(key, changed));
    } else if (Array.isArray(object)) addItems(object);
    else if (object instanceof PickleTuple) addItems(object.items);
    else if (object instanceof PickleObject) {
      addItems(object.args);
      for (const [key, item] of object.entries) add(item, (v) => object.entries.set(key, v));
      if (object.state !== undefined) add(object.state, (v) => Object.assign(object, { state: v }));
    }
  }
  return places;
}
