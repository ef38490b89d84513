import { expect, it } from 'vitest';
import { numberList } from '../../../src/formats/pickle/number_list.ts';
import { PickleTuple, type PickleValue } from '../../../src/formats/pickle/pickle_values.ts';

it('reads lists and tuples of numbers, in one another', () => {
  const found = numberList([new PickleTuple([1, 2.5]), [3, -4]]);
  expect(found?.shape).toEqual([2, 2]);
  expect(found?.data()).toEqual(Float32Array.of(1, 2.5, 3, -4));
  expect(numberList([7])?.shape).toEqual([1]);
});

const million: PickleValue = new Array(1e6).fill(0);
const circle: PickleValue[] = [];
circle.push(circle);
it.each<[what: string, value: PickleValue]>([
  ['nothing', []],
  ['a number', 3],
  ['texts', ['1']],
  ['rows of two lengths', [[1, 2], [3]]],
  ['numbers beside lists', [1, [2]]],
  ['one list, ten thousand times', new Array(1e4).fill(million)],
  ['itself', circle],
])('does not read %s', (_, value) => expect(numberList(value)).toBeUndefined());
