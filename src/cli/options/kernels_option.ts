import type { CommandLine, Option } from './arguments.ts';

/** Turns off the kernels that `draggan tune` found fastest on this adapter. */
export const autotuneOption: Option = {
  help: 'takes the default kernels, not those that `draggan tune` found fastest here',
};

export const isAutotuned = (line: CommandLine): boolean => !line.flag('no-autotune');
