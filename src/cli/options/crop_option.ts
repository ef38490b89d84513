import { InputError } from '../../formats/errors.ts';
import type { Crop } from '../../node/files/picture_part.ts';
import type { CommandLine, Option } from './arguments.ts';

/** Which part of a photograph is meant. */
export const cropOption: Option = {
  value: 'ROW,COLUMN,SIDE',
  help: 'the part of the photograph: its upper left corner and how wide it is, in pixels of the upright photograph (the largest in the middle)',
};

/** @throws InputError */
export function parseCrop(line: CommandLine): Crop | undefined {
  const text = line.text('crop');
  if (text === undefined) return undefined;
  const match = /^\s*(\d{1,9})\s*,\s*(\d{1,9})\s*,\s*(\d{1,9})\s*$/.exec(text);
  const [row = 0, column = 0, side = 0] = match?.slice(1).map(Number) ?? [];
  if (side > 0) return { row, column, side };
  throw new InputError(`"${text}" is not ROW,COLUMN,SIDE in whole pixels, the side at least 1`, {
    option: 'crop',
  });
}
