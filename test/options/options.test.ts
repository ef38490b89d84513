import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { changeOptions, paperOptions } from '../../src/drag/options.ts';
import { InputError } from '../../src/formats/errors.ts';
import {
  defaultFineTuning,
  defaultInversion,
  fineTuningOptions,
  inversionOptions,
} from '../../src/inversion/options.ts';
import { dragOptionTable, recommendedOptions } from '../../src/options/drag_options.ts';
import {
  fineTuningOptionTable,
  inversionOptionTable,
} from '../../src/options/inversion_options.ts';
import { accepts, describeBounds, isWithin, type Option } from '../../src/options/option.ts';
import { optionsMarkdown } from '../../tools/options_markdown.ts';

const tables: Record<string, Readonly<Record<string, Option>>> = {
  drag: dragOptionTable,
  inversion: inversionOptionTable,
  'fine-tuning': fineTuningOptionTable,
};
const all = Object.entries(tables).flatMap(([table, options]) =>
  Object.entries(options).map(([name, option]) => ({ table, name, option })),
);

describe.each(all)('$table: $name', ({ option }) => {
  it('accepts its own usual value', () => {
    expect(accepts(option, option.usual)).toBe(true);
  });

  it('is explained in sentences', () => {
    expect(option.label).toMatch(/^[A-Z]/);
    expect(option.hint).toMatch(/^[A-Z].*\.$/);
  });

  it('refuses what is outside', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 'x', null, undefined])
      expect(accepts(option, value)).toBe(false);
    if (option.kind !== 'number') return;
    const { least, most, whole } = option.bounds;
    if (least !== undefined) expect(accepts(option, least)).toBe(true);
    if (least !== undefined) expect(accepts(option, least - 1)).toBe(false);
    if (most !== undefined) expect(accepts(option, most)).toBe(true);
    if (most !== undefined) expect(accepts(option, most + 1)).toBe(false);
    expect(accepts(option, (least ?? 0) + 0.5)).toBe(!whole);
  });
});

describe('the library', () => {
  it('refuses by the table, and names the option', () => {
    expect(() => changeOptions(paperOptions, { r1: 513 })).toThrow(
      new InputError('r1 is 513, not a number from 0 to 512'),
    );
    expect(() => changeOptions({ ...paperOptions, steps: 1 }, { steps: 0 })).toThrow(/^steps is 0/);
    expect(() => inversionOptions({ learningRate: 0 })).toThrow(/^learningRate is 0, not/);
    expect(() => fineTuningOptions({ locality: -1 })).toThrow(/^locality is -1, not/);
  });

  it('starts with the usual values', () => {
    expect(paperOptions).toMatchObject({ learningRate: 0.001, r1: 3, r2: 12, lambda: 20 });
    expect(paperOptions).not.toHaveProperty('steps');
    expect(inversionOptions({})).toEqual(defaultInversion);
    expect(fineTuningOptions({})).toEqual(defaultFineTuning);
  });

  it('takes recommendations for every option with a key', () => {
    const keyed = all.filter(({ option }) => option.key !== undefined).map(({ name }) => name);
    expect(recommendedOptions.map(({ name }) => name).sort()).toEqual(keyed.sort());
  });
});

describe('the command line', () => {
  const commands = { drag: ['drag'], inversion: ['invert'], 'fine-tuning': ['invert'] };
  it.each(Object.entries(commands))('has the flags of %s', async (table, [command]) => {
    const help = await runCommand([command, '--help'], new Progress());
    for (const { flag, usual } of Object.values(tables[table]))
      if (flag !== undefined) {
        const line = help.split('\n').find((text) => text.startsWith(`  --${flag} `));
        expect(line).toBeDefined();
        if (usual !== false) expect(line).toContain(`${usual})`);
      }
  });
});

describe('src/options/README.md', () => {
  it('has the tables as they are (npx tsx tools/options_table.ts --write)', () => {
    const text = readFileSync(new URL('../../src/options/README.md', import.meta.url), 'utf8');
    expect(text).toContain(optionsMarkdown());
  });
});

it('puts bounds into words', () => {
  expect(describeBounds({ least: 0, most: 8, whole: true })).toBe('a whole number from 0 to 8');
  expect(describeBounds({ least: 1 })).toBe('a number of at least 1');
  expect(describeBounds({ most: 1 })).toBe('a number of at most 1');
  expect(describeBounds({})).toBe('a number');
  expect(isWithin(2 ** 60, { whole: true })).toBe(false);
});
