import type { GivenOptions } from '../src/drag/options.ts';
import { dragOptionTable } from '../src/options/drag_options.ts';
import { accepts, describeValues, type Option } from '../src/options/option.ts';

/** A run's number of iterations is not an option of its drag. */
const { steps: _, ...table } = dragOptionTable;
const options: readonly (readonly [string, Option])[] = Object.entries(table);

/** The flags of a drag's options, as `draggan drag` has them, without the dashes. */
export const dragFlags: readonly string[] = options.flatMap(([, { flag }]) => flag ?? []);

/**
 * The options of a drag that these texts give.
 * @param given pairs of a flag and its value
 * @throws RangeError for a flag that a drag has not, and a value that its option cannot have
 */
export function optionsOfFlags(given: readonly (readonly [string, string])[]): GivenOptions {
  return Object.fromEntries(
    given.map(([flag, text]) => {
      const found = options.find(([, option]) => option.flag === flag);
      if (!found) throw new RangeError(`a drag has no option ${flag}`);
      const [name, option] = found;
      const value = option.kind === 'number' && text !== '' ? Number(text) : text;
      if (!accepts(option, value))
        throw new RangeError(`${flag} is ${text}, not ${describeValues(option)}`);
      return [name, value];
    }),
  );
}
