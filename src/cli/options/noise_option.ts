import { InputError } from '../../formats/errors.ts';
import type { Noise } from '../../library/api.ts';
import type { CommandLine, Option } from './arguments.ts';
import { parseNumber } from './arguments.ts';

/** Which noise a network's layers add. */
export const noiseOption: Option = {
  value: 'const|none|random[:SEED]',
  help: 'the noise that the model stores, none, or maps of a seed (const; a seed of 0)',
};

/** The noise that is asked for. */
export interface NoiseChoice {
  /** What the network is told. */
  readonly noise: Noise;
  /** Seed of the maps that take the place of the model's. */
  readonly seed?: number;
}

/** @throws InputError */
export function parseNoise(line: CommandLine): NoiseChoice {
  const [kind, seed, ...rest] = (line.text('noise') ?? 'const').toLowerCase().split(':');
  if (kind === 'random' && rest.length === 0) {
    const bounds = { least: 0, most: 0xffffffff, whole: true };
    return { noise: 'const', seed: seed === undefined ? 0 : parseNumber(seed, bounds, 'noise') };
  }
  if ((kind === 'const' || kind === 'none') && seed === undefined) return { noise: kind };
  throw new InputError(`"${line.text('noise')}" is none of const, none, random, random:SEED`, {
    option: 'noise',
  });
}
