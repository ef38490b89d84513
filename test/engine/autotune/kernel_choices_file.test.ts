import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelChoices } from '../../../src/engine/autotune/kernel_choices.ts';
import {
  readKernelChoices,
  writeKernelChoices,
} from '../../../src/engine/autotune/kernel_choices_file.ts';
import { FormatError } from '../../../src/formats/errors.ts';

const choice = {
  cellsFirst: true,
  splits: 4,
  modulation: 'inline' as const,
  algorithm: 'direct' as const,
};
const layer = {
  choice,
  measured: [
    {
      choice: {
        cellsFirst: false,
        splits: 1,
        modulation: 'ahead' as const,
        algorithm: 'winograd' as const,
      },
      milliseconds: 2.5,
    },
    { choice, milliseconds: 1.25 },
  ],
};
const choices: KernelChoices = {
  adapter: { vendor: 'v', architecture: 'a', device: 'd', description: 'x', features: ['f'] },
  kernels: 'ab'.repeat(32),
  layers: new Map([
    ['conv3x3 1×32→32 8×8 64 cells', layer],
    ['conv3x3 1×32→32 4×4 16 cells', layer],
  ]),
};
const text = writeKernelChoices([choices]);

/** The text with one value in place of another. */
function edited(...path: (string | number)[]): (value: unknown) => string {
  return (value) => {
    const root: unknown = JSON.parse(text);
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, name) => Reflect.get(Object(at), name), root);
    Reflect.set(Object(parent), path[path.length - 1], value);
    return JSON.stringify(root);
  };
}
const inLayer = (...path: (string | number)[]) => edited('tunings', 0, 'layers', 1, ...path);

describe('a record of tunings', () => {
  it('comes back as it was written', () => {
    expect(readKernelChoices(text)).toEqual([choices]);
    expect(readKernelChoices(writeKernelChoices([]))).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'is no valid JSON'],
    ['another file', '{"format":"other"}', 'format is no draggan-webgpu tuning'],
    ['a list', '[]', 'the tuning is no object'],
    ['another version', edited('version')(1), 'version is not 2'],
    ['no list', edited('tunings')({}), 'tunings is no list'],
    ['too many', edited('tunings')(new Array(65).fill(0)), 'more than 64'],
    ['no hash', edited('tunings', 0, 'kernels')('12'), 'tunings[0].kernels is no SHA-256'],
    [
      'a long name',
      edited('tunings', 0, 'adapter', 'device')('x'.repeat(301)),
      'device is too long',
    ],
    ['a key twice', inLayer('layer')('conv3x3 1×32→32 8×8 64 cells'), 'layers[1] is there twice'],
    ['a wrong type', inLayer('choice', 'cellsFirst')(1), 'choice.cellsFirst is not true or false'],
    [
      'another algorithm',
      inLayer('choice', 'algorithm')('fft'),
      'is not direct, winograd or lanes',
    ],
    ['too many parts', inLayer('choice', 'splits')(1e6), 'layers[1].choice.splits is not'],
    ['half a part', inLayer('choice', 'splits')(1.5), 'layers[1].choice.splits is not'],
    ['a negative time', inLayer('measured', 0, 'ms')(-1), 'measured[0].ms is no time'],
    ['an unknown field', inLayer('choice', 'other')(1), 'choice.other is unknown'],
    ['a part of a choice', inLayer('choice')({ splits: 1 }), 'choice.cellsFirst is missing'],
  ])('with %s is refused', (_, broken, why) => {
    const read = () => readKernelChoices(broken, 'tuning.json');
    expect(read).toThrow(FormatError);
    expect(read).toThrow(why);
    expect(read).toThrow('tuning.json');
  });

  it('may have notes beside what we know', () => {
    expect(readKernelChoices(inLayer('note')('quick'))).toEqual([choices]);
  });

  it('is refused by name, whatever is in it', () => {
    const places = [
      edited('tunings'),
      edited('tunings', 0),
      edited('tunings', 0, 'adapter'),
      edited('tunings', 0, 'layers'),
      inLayer('choice'),
      inLayer('choice', 'splits'),
      inLayer('measured'),
      inLayer('measured', 0),
    ];
    const broken = fc
      .tuple(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 3 }))
      .map(([edit, value]) => edit(value));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), broken), (candidate) => {
        try {
          for (const { layers } of readKernelChoices(candidate))
            for (const { choice } of layers.values()) {
              expect(typeof choice.cellsFirst).toBe('boolean');
              expect(choice.splits).toBeLessThanOrEqual(32);
            }
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });
});
