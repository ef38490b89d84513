import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DragganError } from '../../../../src/formats/errors.ts';
import type { TensorFile } from '../../../../src/formats/tensors/named_tensors.ts';
import { parseModelFile } from '../../../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { mutatedModel } from '../../../support/model_mutations.ts';
import { mutatedTree } from '../../../support/pickle_tree_mutations.ts';

/** `DRAGGAN_FUZZ_CASES=20000 npx vitest run test/models/stylegan2/files/model_fuzz.test.ts` is the long run. */
const cases = Number(process.env.DRAGGAN_FUZZ_CASES ?? 500);
const longest = 2000;

/** Counts what becomes of files, and fails at anything but a model or a named error, or where it takes long. */
class Outcomes {
  #read = 0;
  #refused = 0;
  #slowest = 0;

  add(name: string, parse: () => TensorFile | undefined): void {
    // The processor's time: the clock's would count what other programs do.
    const before = process.cpuUsage();
    try {
      const file = parse();
      if (file) readGenerator(file);
      if (file) this.#read++;
      else this.#refused++;
    } catch (error) {
      // Anything else is thrown on.
      if (!(error instanceof DragganError)) throw error;
      expect(error.message).not.toMatch(/\n/);
      this.#refused++;
    }
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    this.#slowest = Math.max(this.#slowest, took);
    expect(took, name).toBeLessThan(longest);
  }

  finish(): void {
    const peak = process.resourceUsage().maxRSS / 1024;
    const figures = `${this.#read} read, ${this.#refused} refused, slowest ${this.#slowest.toFixed(0)} ms`;
    if (cases > 500) console.log(`${figures}, peak memory ${peak.toFixed(0)} MB`);
    // Both ends are reached: mutations are neither all harmless nor all fatal.
    expect(this.#read).toBeGreaterThan(cases / 50);
    expect(this.#refused).toBeGreaterThan(cases / 50);
  }
}

describe('a model file is read or refused, by a named error and soon', () => {
  const long = 3_600_000;

  it(
    'with bytes changed',
    () => {
      const outcomes = new Outcomes();
      fc.assert(
        fc.property(mutatedModel, ({ name, bytes }) =>
          outcomes.add(name, () => parseModelFile(bytes, name)),
        ),
        { numRuns: cases },
      );
      outcomes.finish();
    },
    long,
  );

  it(
    'with values of its pickle changed',
    () => {
      const outcomes = new Outcomes();
      fc.assert(
        fc.property(mutatedTree, ({ name, read }) => outcomes.add(name, read)),
        { numRuns: cases },
      );
      outcomes.finish();
    },
    long,
  );
});
