import { number, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/formats/errors.ts';
import { exactObjectOf, listOf, objectOf, readJson } from '../../src/formats/json.ts';

const schema = objectOf({
  name: string('must be a text'),
  sizes: listOf(exactObjectOf({ side: number('must be a number') }), 2),
});
const read = (text: string) =>
  readJson(text, schema, { root: 'the card', within: 'card: ', file: 'a.json' });
const nested = (depth: number) =>
  `{"name":"a","sizes":[],"more":${'['.repeat(depth)}${']'.repeat(depth)}}`;

describe('readJson', () => {
  it('gives what the schema names, and leaves out what is beside it', () => {
    expect(read('{"name":"[[[\\"{","sizes":[{"side":3}],"note":1,"__proto__":{"a":1}}')).toEqual({
      name: '[[["{',
      sizes: [{ side: 3 }],
    });
    expect(read(nested(63))).toEqual({ name: 'a', sizes: [] });
  });

  it.each([
    ['{', 'a.json: the card is no valid JSON'],
    ['[]', 'a.json: the card is no object'],
    ['null', 'a.json: the card is no object'],
    ['{}', 'a.json: card: name is missing'],
    ['{"name":5,"sizes":7}', 'a.json: card: name must be a text'],
    ['{"name":"a","sizes":{}}', 'a.json: card: sizes is no list'],
    ['{"name":"a","sizes":[1,2,3]}', 'a.json: card: sizes has more than 2 entries'],
    ['{"name":"a","sizes":[{"side":"1"}]}', 'a.json: card: sizes[0].side must be a number'],
    ['{"name":"a","sizes":[{}]}', 'a.json: card: sizes[0].side is missing'],
    ['{"name":"a","sizes":[{"side":1,"top":1}]}', 'a.json: card: sizes[0].top is unknown'],
    [nested(64), 'a.json: the card is nested deeper than 64 levels'],
    [nested(1e6), 'a.json: the card is nested deeper than 64 levels'],
    [`"${'['.repeat(1e6)}`, 'a.json: the card is no valid JSON'],
  ])('refuses %.40s', (text, message) => {
    expect(() => read(text)).toThrow(FormatError);
    expect(() => read(text)).toThrow(message);
  });
});
