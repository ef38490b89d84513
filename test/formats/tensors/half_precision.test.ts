import { describe, expect, it } from 'vitest';
import { deviceLength, pack, unpack } from '../../../src/engine/memory/layouts.ts';
import { decodeF16, encodeF16 } from '../../../src/formats/tensors/half_precision.ts';
import { Random } from '../../twins/random.ts';

describe('half precision', () => {
  const all = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits);
  const values = decodeF16(all);
  const isNumber = (bits: number) => (bits & 0x7fff) <= 0x7c00;

  it('gives every f16 back', () => {
    const found = encodeF16(values);
    expect(all.filter((bits) => isNumber(bits) && found[bits] !== bits)).toHaveLength(0);
    expect(all.filter((bits) => !isNumber(bits) && (found[bits] & 0x7fff) !== 0x7e00)).toHaveLength(
      0,
    );
  });

  it('rounds to the nearest, ties to even', () => {
    // Positive f16 in order; halfway to the next, and an f32 step to either side of that.
    for (let bits = 0; bits < 0x7bff; bits += 7) {
      const tie = (values[bits] + values[bits + 1]) / 2;
      const step = tie * 2 ** -23;
      const [below, on, above] = encodeF16([tie - step, tie, tie + step]);
      expect([below, on, above]).toEqual([bits, bits + (bits & 1), bits + 1]);
      expect(encodeF16([-tie])[0]).toBe(0x8000 | (bits + (bits & 1)));
    }
  });

  it('overflows from halfway beyond the largest on', () => {
    expect([...encodeF16([65519.99, 65520, -1e30, Infinity])]).toEqual([
      0x7bff, 0x7c00, 0xfc00, 0x7c00,
    ]);
  });
});

describe('the layout of half weights', () => {
  it.each([
    [1, 1, 3, 3],
    [5, 7, 3, 3],
    [8, 4, 1, 1],
  ])('holds [%i, %i, %i, %i] as the one of floats does, rounded', (...shape) => {
    const random = new Random(1);
    const length = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length }, () => random.normal());
    const floats = pack('convolution', shape, values);
    const halves = pack('convolution_half', shape, values);
    expect(halves.byteLength).toBe(floats.byteLength / 2);
    expect(4 * deviceLength('convolution_half', shape)).toBe(halves.byteLength);
    expect([...halves]).toEqual([...encodeF16(floats)]);
    const rounded = decodeF16(encodeF16(values));
    expect(unpack('convolution_half', shape, new Float32Array(halves.buffer))).toEqual(rounded);
  });
});
