import type { CommandLine, Option } from './arguments.ts';

/** Whether the kernels are taken that `draggan tune` found fastest on this adapter. */
export const tuningOption: Option = {
  help: 'takes the default kernels, not those that `draggan tune` found fastest here',
};

export const isTuned = (line: CommandLine): boolean => !line.flag('no-tuning');
