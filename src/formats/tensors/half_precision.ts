let f16Values: Float32Array | undefined;

/** Every f16 as an f32, by its bits. A table is several times faster than decoding each element. */
export function f16Table(): Float32Array {
  if (f16Values) return f16Values;
  f16Values = new Float32Array(1 << 16);
  for (let bits = 0; bits < 1 << 16; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    let magnitude = (1 + fraction / 1024) * 2 ** (exponent - 15);
    if (exponent === 0) magnitude = fraction * 2 ** -24;
    if (exponent === 31) magnitude = fraction ? Number.NaN : Number.POSITIVE_INFINITY;
    f16Values[bits] = sign * magnitude;
  }
  return f16Values;
}

/** Decodes IEEE 754 half precision; exact. */
export function decodeF16(bits: Uint16Array): Float32Array {
  const table = f16Table();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i] ?? 0] ?? 0;
  return values;
}

/** The f32 bits of 65520, halfway from the largest f16, 65504, to 65536: from here on values round to infinity. */
const overflow = 0x477ff000;
/** The f32 bits of 2^-14, the smallest normal f16, and of infinity. */
const smallestNormal = 0x38800000;
const infinity = 0x7f800000;

/** Encodes IEEE 754 half precision, to the nearest, ties to even. */
export function encodeF16(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let i = 0; i < halves.length; i++) {
    float[0] = values[i];
    const sign = (bits[0] >>> 16) & 0x8000;
    const magnitude = bits[0] & 0x7fffffff;
    if (magnitude > infinity) halves[i] = sign | 0x7e00;
    else if (magnitude >= overflow) halves[i] = sign | 0x7c00;
    else if (magnitude < smallestNormal) {
      // Next to 0.5 an f32 has steps of 2^-24, as a subnormal f16 has.
      float[0] = 0.5 + Math.abs(float[0]);
      halves[i] = sign | (bits[0] - 0x3f000000);
    } else {
      const half = (magnitude >>> 13) & 1;
      halves[i] = sign | ((magnitude - (112 << 23) + 0xfff + half) >>> 13);
    }
  }
  return halves;
}

/** Decodes bfloat16, the upper half of an f32; exact. */
export function decodeBF16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}
