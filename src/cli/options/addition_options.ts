import { InputError } from '../../formats/errors.ts';
import type { Direction } from '../../models/stylegan2/files/direction_file.ts';
import {
  addDirection,
  type LatentShape,
  parseRows,
} from '../../models/stylegan2/network/latent_rows.ts';
import { readDirectionFile } from '../files/direction_file.ts';
import type { CommandLine, Option } from './arguments.ts';

/** How a latent is moved along a direction. */
export const additionOptions = {
  add: {
    value: 'FILE',
    file: 'input',
    help: 'then goes along a direction, or adds a latent: as a latent, or (w_dim) for all rows; FILE#2, FILE#mouth: one of several',
  },
  strength: { value: 'X', help: 'how far: the direction times X is added; it may be negative (1)' },
  rows: { value: 'ROWS', help: 'adds to these rows alone, e.g. 0-3,6 (all)' },
} satisfies Record<string, Option>;

/** Adds what the command line asks for to ws (num_ws, w_dim), and says how long both are. */
export type Addition = (ws: Float32Array) => Float32Array;

/**
 * Checks these options and reads the direction.
 * @param say called with a line that a person should read
 * @returns undefined where nothing is to be added
 * @throws InputError, FormatError
 */
export async function parseAddition(
  line: CommandLine,
  shape: LatentShape,
  say: (line: string) => void,
): Promise<Addition | undefined> {
  const file = line.text('add');
  const strength = line.number('strength') ?? 1;
  const listed = line.text('rows');
  const rows = listed === undefined ? undefined : parseRows(listed, shape.numWs, 'rows');
  if (file === undefined) {
    for (const option of ['strength', 'rows'])
      if (line.text(option) !== undefined)
        throw new InputError('has no meaning without --add, the file of a direction', { option });
    return undefined;
  }
  const direction = await readDirectionFile(file, shape, say);
  return (ws) => {
    const moved = addDirection(ws, direction.values, { strength, rows }, shape);
    say(describe(file, direction, { strength, ws, wDim: shape.wDim }));
    return moved;
  };
}

/** Lengths are of one row, as directions are; of a direction with rows of its own, the mean of them. */
function describe(
  file: string,
  { values, isOneRow, deviation }: Direction,
  { strength, ws, wDim }: { strength: number; ws: Float32Array; wDim: number },
): string {
  const own = rowLength(values, wDim);
  const what = isOneRow ? `${short(own)} long` : `${short(own)} long a row`;
  const spread =
    deviation === undefined ? '' : `, one standard deviation of w is ${short(deviation)}`;
  return `${file} is ${what}, times ${strength} ${short(Math.abs(strength) * own)}; w is ${short(rowLength(ws, wDim))} long${spread}`;
}

/** The mean length of the rows. */
function rowLength(values: Float32Array, wDim: number): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += wDim)
    sum += Math.hypot(...values.subarray(at, at + wDim));
  return (sum * wDim) / values.length;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
