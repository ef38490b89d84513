/** Words of the Mersenne Twister's state, and how far apart the words are that it mixes. */
const stateLength = 624;
const middle = 397;

/** MT19937 (Matsumoto and Nishimura 1998) with the initialisation of 2002 that NumPy uses for a whole number. */
class MersenneTwister {
  private readonly state = new Uint32Array(stateLength);
  private next = stateLength;

  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < stateLength; i++) {
      const previous = this.word(i - 1);
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** The next 32 random bits. */
  private bits(): number {
    if (this.next === stateLength) this.refill();
    let y = this.word(this.next++);
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  private refill(): void {
    for (let i = 0; i < stateLength; i++) {
      const y = (this.word(i) & 0x80000000) | (this.word((i + 1) % stateLength) & 0x7fffffff);
      this.state[i] = this.word((i + middle) % stateLength) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }

  private word(index: number): number {
    return this.state[index] ?? 0;
  }
}

/**
 * z of a seed: `numpy.random.RandomState(seed).randn(1, zDim)` rounded to f32, so that a seed shows the picture that
 * people know from the reference programs. Normal deviates come in pairs by Marsaglia's polar method, of each pair
 * NumPy hands out the second first.
 * @param seed a whole number, 0 to 2^32 − 1
 * @throws RangeError for another seed
 */
export function seedLatent(seed: number, zDim: number): Float32Array {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`seed ${seed}: a whole number from 0 to 4294967295 is needed`);
  }
  const random = new MersenneTwister(seed);
  const z = new Float32Array(zDim);
  for (let i = 0; i < zDim; i += 2) {
    let x = 0;
    let y = 0;
    let square = 0;
    do {
      x = 2 * random.uniform() - 1;
      y = 2 * random.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    z[i] = scale * y;
    // Where zDim is odd this lies beyond the end, and the array drops it.
    z[i + 1] = scale * x;
  }
  return z;
}
