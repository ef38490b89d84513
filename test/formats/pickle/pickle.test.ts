import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/formats/errors.ts';
import { unpickle } from '../../../src/formats/pickle/pickle.ts';
import {
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../../../src/formats/pickle/pickle_values.ts';
import { pickle } from '../../../tools/pickle_writer.ts';

const allowed = new Set(['builtins.set', 'collections.OrderedDict']);
const read = (bytes: Uint8Array) =>
  unpickle({ bytes: new Uint8Array(bytes), origin: 0, file: 'x.pkl' }, allowed);
const decode = (base64: string) => read(Buffer.from(base64, 'base64')).value;

/** What Python 3 wrote for one value in each of its protocols. */
const everyProtocol = [
  'KGRwMApWYQpwMQoobHAyCkkxCmFJLTIKYUkzMDAKYUk3MDAwMAphTDEwOTk1MTE2Mjc3NzZMCmFMLTEyMDg5MjU4MTk2MTQ2MjkxNzQ3MDYxNzZMCmFGMS41CmFJMDEKYUkwMAphTmFzVnQKcDMKKCh0KEkxCnRwNAooSTEKSTIKdHA1CihJMQpJMgpJMwp0cDYKKEkxCkkyCkkzCkk0CnRwNwp0cDgKc1Z1CnA5ClbpXHUwMDBhIlxVMDAwMWY5ODFcdTAwNWMKcDEwCnNWbgpwMTEKKGRwMTIKc1ZhZ2FpbgpwMTMKZzIKcy4=',
  'fXEAKFgBAAAAYXEBXXECKEsBSv7///9NLAFKcBEBAEwxMDk5NTExNjI3Nzc2TApMLTEyMDg5MjU4MTk2MTQ2MjkxNzQ3MDYxNzZMCkc/+AAAAAAAAEkwMQpJMDAKTmVYAQAAAHRxAygpKEsBdHEEKEsBSwJ0cQUoSwFLAksDdHEGKEsBSwJLA0sEdHEHdHEIWAEAAAB1cQlYCQAAAMOpCiLwn6aBXHEKWAEAAABucQt9cQxYBQAAAGFnYWlucQ1oAnUu',
  'gAJ9cQAoWAEAAABhcQFdcQIoSwFK/v///00sAUpwEQEAigYAAAAAAAGKCwAAAAAAAAAAAAD/Rz/4AAAAAAAAiIlOZVgBAAAAdHEDKClLAYVxBEsBSwKGcQVLAUsCSwOHcQYoSwFLAksDSwR0cQd0cQhYAQAAAHVxCVgJAAAAw6kKIvCfpoFccQpYAQAAAG5xC31xDFgFAAAAYWdhaW5xDWgCdS4=',
  'gAN9cQAoWAEAAABhcQFdcQIoSwFK/v///00sAUpwEQEAigYAAAAAAAGKCwAAAAAAAAAAAAD/Rz/4AAAAAAAAiIlOZVgBAAAAdHEDKClLAYVxBEsBSwKGcQVLAUsCSwOHcQYoSwFLAksDSwR0cQd0cQhYAQAAAHVxCVgJAAAAw6kKIvCfpoFccQpYAQAAAG5xC31xDFgFAAAAYWdhaW5xDWgCdS4=',
  'gASVggAAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAigYAAAAAAAGKCwAAAAAAAAAAAAD/Rz/4AAAAAAAAiIlOZYwBdJQoKUsBhZRLAUsChpRLAUsCSwOHlChLAUsCSwNLBHSUdJSMAXWUjAnDqQoi8J+mgVyUjAFulH2UjAVhZ2FpbpRoAnUu',
  'gAWVggAAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAigYAAAAAAAGKCwAAAAAAAAAAAAD/Rz/4AAAAAAAAiIlOZYwBdJQoKUsBhZRLAUsChpRLAUsCSwOHlChLAUsCSwNLBHSUdJSMAXWUjAnDqQoi8J+mgVyUjAFulH2UjAVhZ2FpbpRoAnUu',
];
const list = [1, -2, 300, 70000, 2 ** 40, -(2n ** 80n), 1.5, true, false, null];
const tuple = (...items: PickleValue[]) => new PickleTuple(items);
const everything = new Map<PickleValue, PickleValue>([
  ['a', list],
  ['t', tuple(tuple(), tuple(1), tuple(1, 2), tuple(1, 2, 3), tuple(1, 2, 3, 4))],
  ['u', 'é\n"\u{1f981}\\'],
  ['n', new Map()],
  ['again', list],
]);

describe('unpickle', () => {
  it.each(everyProtocol.map((base64, protocol) => ({ protocol, base64 })))(
    'reads protocol $protocol',
    ({ base64 }) => {
      const value = decode(base64);
      expect(value).toEqual(everything);
      if (value instanceof Map) expect(value.get('again')).toBe(value.get('a'));
    },
  );

  it.each([
    'gASVIQAAAAAAAAB9lCiMAWKUQwIA/5SMAXOUj5QoSwGQjAFmlChLApGUdS4=',
    'gAWVKAAAAAAAAAB9lCiMAWKUlgIAAAAAAAAAAP+UjAFzlI+UKEsBkIwBZpQoSwKRlHUu',
  ])('reads bytes and sets', (base64) => {
    expect(decode(base64)).toEqual(
      new Map<PickleValue, PickleValue>([
        ['b', Uint8Array.of(0, 255)],
        ['s', new Set([1])],
        ['f', new Set([2])],
      ]),
    );
  });

  it('reads what the writer of the tools wrote', () => {
    expect(read(pickle(everything)).value).toEqual(everything);
  });

  it('keeps calls as data', () => {
    const value = read(Buffer.from('cbuiltins\nset\n(I1\ntR(I2\nI3\nd.')).value;
    expect(value).toEqual(new Map([[2, 3]]));
    const called = read(Buffer.from('cbuiltins\nset\n(I1\ntR}b.')).value;
    expect(called).toBeInstanceOf(PickleObject);
    expect(called).toMatchObject({ args: [1], state: new Map() });
  });

  it('gives views of the file', () => {
    const bytes = new Uint8Array(pickle(Uint8Array.of(1, 2, 3)));
    const value = unpickle({ bytes, origin: 0 }, allowed).value;
    expect(value instanceof Uint8Array && value.buffer === bytes.buffer).toBe(true);
  });

  it('has no prototype to reach', () => {
    const value = read(pickle(new Map([['__proto__', new Map([['polluted', true]])]]))).value;
    expect(value).toEqual(new Map([['__proto__', new Map([['polluted', true]])]]));
    expect('polluted' in {}).toBe(false);
  });

  it('keeps a graph that explodes when it is walked', () => {
    // Each tuple has the one before twice: 2^1000 leaves.
    const doubling = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0x32, 0x86])));
    const bytes = Buffer.concat([Buffer.from([0x80, 4, 0x29]), doubling, Buffer.from('.')]);
    expect(read(bytes).value).toBeInstanceOf(PickleTuple);
  });
});

describe('a hostile pickle', () => {
  const bytes = (...parts: (number | string | Uint8Array)[]) =>
    Buffer.concat(parts.map((p) => (typeof p === 'number' ? Buffer.of(p) : Buffer.from(p))));
  const cases: [what: string, file: Uint8Array, message: RegExp][] = [
    ['is empty', bytes(), /byte 0: cut short/],
    ['has no end', bytes(0x80, 4, 0x5d), /byte 3: cut short/],
    ['stops with nothing', bytes(0x80, 4, 0x2e), /a value that it has not made/],
    ['names os.system in text', bytes("cos\nsystem\n(S'true'\ntR."), /byte 0: names os.system/],
    ['names posix.system in protocol 2', bytes(0x80, 2, 'cposix\nsystem\n'), /names posix.system/],
    [
      'names nt.system in protocol 4',
      bytes(0x80, 4, 0x8c, 2, 'nt', 0x8c, 6, 'system', 0x93),
      /byte 14: names nt.system/,
    ],
    ['names a global of two lines', bytes('cos\nsys'), /cut short, or a line/],
    ['builds an old instance', bytes('(ios\nsystem\n.'), /byte 1: 0x69 is no opcode/],
    ['uses the registry of extensions', bytes(0x80, 2, 0x82, 1, '.'), /0x82 is no opcode/],
    ['wants a buffer from outside', bytes(0x80, 5, 0x97, '.'), /0x97 is no opcode/],
    ['is of an unknown protocol', bytes(0x80, 99, '.'), /pickle protocol 99 is unknown/],
    ['nests without end', bytes(0x80, 4, Buffer.alloc(2e6, 0x5d)), /nested deeper than 100000/],
    ['marks without end', bytes(0x80, 4, Buffer.alloc(2e6, 0x28)), /nested deeper than 100000/],
    ['goes on without end', bytes(Buffer.alloc(3e6, 'N0')), /more than 1000000 opcodes/],
    [
      'has bytes beyond 2^62',
      bytes(0x80, 4, 0x8e, Buffer.alloc(7, 255), 127),
      /cut short: 9223372036854776000 bytes needed/,
    ],
    ['has a text beyond the file', bytes(0x80, 4, 0x58, 255, 0, 0, 0, 'a'), /255 bytes needed/],
    ['has a text without end', bytes(0x8d, 255, 255, 255, 255, 0, 0, 0, 0), /a text of 4294967295/],
    ['has a frame beyond the file', bytes(0x80, 4, 0x95, Buffer.alloc(8, 127)), /a frame of/],
    ['has a long number', bytes(0x8b, 0, 4, 0, 0, Buffer.alloc(1024, 1)), /cannot be read/],
    ['has a long number of less than no bytes', bytes(0x8b, 255, 255, 255, 255), /cut short/],
    ['has a long line', bytes('I', Buffer.alloc(1e5, '1'), '\n.'), /a line of more than 65536/],
    ['has a number of words', bytes('Ione\n.'), /cannot be read/],
    ['has text that is none', bytes(0x8c, 2, 0xc3, 0x28, '.'), /no UTF-8/],
    ['remembers nothing', bytes(0x80, 4, 0x72, 255, 255, 255, 127, '.'), /has not made/],
    ['recalls nothing', bytes('h', 5, '.'), /memo 5 is not there/],
    ['recalls a word', bytes('gone\n.'), /a memo without its number/],
    ['takes a mark of none', bytes('Nt.'), /a mark that it has not set/],
    ['reaches below a mark', bytes('N(', 0x85, '.'), /a value that it has not made/],
    ['appends to a number', bytes('I1\nI2\na.'), /items for 1/],
    ['appends to a tuple', bytes(')I2\na.'), /items for a tuple of 0/],
    ['sets entries of a list', bytes(']I1\nI2\ns.'), /entries for a list of 0/],
    ['adds members to a dict', bytes('}(I1\n', 0x90, '.'), /members for a dict of 0/],
    ['has half an entry', bytes('}(I1\nu.'), /a key without its value/],
    ['calls a number', bytes('I1\n)R.'), /a call of something that is no function/],
    ['calls with a list', bytes('cbuiltins\nset\n]R.'), /arguments that are no tuple/],
    ['gives a number a state', bytes('I1\n}b.'), /a state for 1/],
    ['names with a number', bytes('I1\nI2\n', 0x93, '.'), /a name that is no text/],
  ];
  it.each(cases)('%s', (_, file, message) => {
    const start = performance.now();
    let error: unknown;
    try {
      read(file);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toMatch(/^FormatError: x\.pkl: byte \d+: /);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
