import { InputError } from '../../formats/errors.ts';
import { type Direction, readDirections } from '../../models/stylegan2/files/direction_file.ts';
import type { LatentShape } from '../../models/stylegan2/network/latent_rows.ts';
import { readInput } from '../../node/files/input_file.ts';
import { partOf } from './latent_file.ts';

/**
 * Reads a direction of ws.
 * @param path a file's; `FILE#2` names its third direction, `FILE#mouth` that of this name
 * @param say called with a line if the first of several is taken
 * @throws InputError, FormatError
 */
export async function readDirectionFile(
  path: string,
  shape: LatentShape,
  say: (line: string) => void,
): Promise<Direction> {
  const { file, part } = await partOf(path, /[\w-]+/);
  const { count, names, direction } = readDirections(await readInput(file), shape, file);
  if (part === undefined) {
    if (count > 1)
      say(`${file} has ${count} directions; the first is taken, as ${file}#0 would be`);
    return direction(0);
  }
  const named = names?.indexOf(part) ?? -1;
  if (named >= 0) return direction(named);
  if (/^\d{1,9}$/.test(part)) return direction(Number(part));
  const known = names ? `it has ${names.join(', ')}` : 'its directions have no names, but numbers';
  throw new InputError(`${file} has no direction ${part}: ${known}`, { option: 'add' });
}
