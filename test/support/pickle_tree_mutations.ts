import fc from 'fast-check';
import { unpickle } from '../../src/formats/pickle/pickle.ts';
import { harmlessNames } from '../../src/formats/pickle/pickle_names.ts';
import {
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../../src/formats/pickle/pickle_values.ts';
import { readTorchStream, type TorchPickle } from '../../src/formats/torch/torch_stream.ts';
import { readTorchZip } from '../../src/formats/torch/torch_zip.ts';
import { readTorchModel } from '../../src/models/stylegan2/files/torch_model.ts';
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

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/**
 * Which value is changed, as a fraction of all, and into what: an odd value, another one of the file, or many references
 * to another one: as many names of a dict, items of a list, or both on each of several levels.
 */
const change = fc.record({
  at: fraction,
  into: fc.oneof(
    { weight: 4, arbitrary: oddValue },
    { weight: 4, arbitrary: fc.record({ other: fraction }) },
    {
      weight: 1,
      arbitrary: fc.record({
        shared: fraction,
        times: fc.nat(3000),
        levels: fc.integer({ min: 1, max: 40 }),
        dicts: fc.boolean(),
      }),
    },
  ),
});

type Change = typeof change extends fc.Arbitrary<{ into: infer Into }> ? Into : never;

/** @param valueAt a value of the file */
function changed(into: Change, valueAt: (fraction: number) => PickleValue): PickleValue {
  if (typeof into !== 'object' || into === null) return into;
  if ('other' in into) return valueAt(into.other);
  if (!('shared' in into)) return into;
  let value = valueAt(into.shared);
  for (let level = 0; level < into.levels; level++) {
    const count = Math.ceil(into.times / into.levels);
    const items: PickleValue[] = new Array(count).fill(value);
    value = into.dicts ? new Map(items.map((item, i) => [`synthesis.${i}`, item])) : items;
  }
  return value;
}

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
      const valueAt = (where: number) => places[Math.floor(where * places.length)]?.value ?? null;
      places[Math.floor(at * places.length)]?.set(changed(into, valueAt));
    }
    return { name, read: () => readTorchModel(pickle, part, 'pickle') };
  });

function open(part: { bytes: Uint8Array; origin: number; file: string }): TorchPickle {
  if (part.file.endsWith('zip.pt')) return readTorchZip(part, harmlessNames);
  if (part.file.endsWith('legacy.pt')) return readTorchStream(part, harmlessNames);
  const { value } = unpickle(part, harmlessNames);
  const storage = (): never => {
    throw new RangeError('an official pickle has no storage beside it');
  };
  return { value, storage };
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
