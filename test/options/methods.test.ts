import { describe, expect, it } from 'vitest';
import { paperOptions, startingOptions } from '../../src/drag/options.ts';
import { InputError } from '../../src/formats/errors.ts';
import { methodTable } from '../../src/options/methods.ts';

const unmeasured = { dragDefaults: null };
const measured = {
  dragDefaults: { learningRate: 0.012, r1: 12, steps: 250, method: 'best' },
} as const;

describe('the options that a drag begins with', () => {
  it('are the paper’s where nothing else is said', () => {
    expect(startingOptions(unmeasured)).toEqual(paperOptions);
    expect(startingOptions(measured, { method: 'reference' })).toEqual({
      ...paperOptions,
      learningRate: 0.012,
      r1: 12,
    });
  });

  it('are the best ones of a model for which those were measured', () => {
    expect(startingOptions(measured)).toEqual({
      ...paperOptions,
      r1: 12,
      ...methodTable.best.options,
    });
  });

  it.each(['w', 'w+'] as const)('are the reference’s in the space %s', (space) => {
    expect(startingOptions(measured, { space })).toMatchObject({
      space,
      learningRate: 0.012,
      farthest: 0,
      patience: 0,
      changeProbes: 0,
    });
    expect(startingOptions(measured, { space, method: 'best' }).farthest).toBeGreaterThan(0);
  });

  it('are the best ones in other spaces', () => {
    const { learningRate } = methodTable.best.options;
    expect(startingOptions(unmeasured, { space: 'principal' })).toMatchObject({
      space: 'principal',
      learningRate,
    });
    expect(startingOptions(unmeasured, { space: 'z', learningRate: 0.5 }).learningRate).toBe(0.5);
  });

  it('refuse another method', () => {
    const method: string = 'worst';
    expect(() => startingOptions(measured, JSON.parse(JSON.stringify({ method })))).toThrow(
      InputError,
    );
  });
});
