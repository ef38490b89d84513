import type { CommandLine, Option } from './arguments.ts';

/** Which noise a network's layers add. */
export const noiseOption: Option = {
  value: 'const|none',
  help: 'the noise that the model stores, or none (const)',
};

/** @throws InputError */
export function parseNoise(line: CommandLine): 'const' | 'none' {
  return line.choice('noise', ['const', 'none']) ?? 'const';
}
