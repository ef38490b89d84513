import type { Precision } from '../../library/api.ts';
import type { CommandLine, Option } from './arguments.ts';

/** How exactly the weights of convolutions are stored on the device. */
export const precisionOption: Option = {
  value: 'f32|f16',
  help: "the convolutions' weights on the device (f16 where the file has f16, else f32)",
};

/** @throws InputError */
export function parsePrecision(line: CommandLine): Precision | undefined {
  return line.choice('precision', ['f32', 'f16']);
}
