import { InputError } from '../../formats/errors.ts';
import type { ClassChoice } from '../../models/stylegan2/network/class_weights.ts';
import type { GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { readClassFile } from '../files/latent_file.ts';
import type { CommandLine, Option } from './arguments.ts';

/** Which classes a network with classes is asked for. */
export const classOptions = {
  class: { value: 'K|none', help: 'class of a network with classes, from 0 (0); none: no label' },
  'class-weights': {
    value: 'FILE',
    file: 'input',
    help: 'the weight of each class (1, c_dim) as .npy or the like: several labels, or mixed ones',
  },
} satisfies Record<string, Option>;

/**
 * The classes that the command line asks for; an empty choice where it asks for none.
 * @param say called with a line about the file that a person should read
 * @throws InputError, FormatError
 */
export async function parseClasses(
  line: CommandLine,
  { cDim }: Pick<GeneratorConfig, 'cDim'>,
  say: (line: string) => void,
): Promise<ClassChoice> {
  const name = line.text('class');
  const file = line.text('class-weights');
  for (const option of ['class', 'class-weights'])
    if (cDim === 0 && line.text(option) !== undefined)
      throw new InputError('the model has no classes', { option });
  if (file !== undefined && name !== undefined)
    throw new InputError('has no meaning beside --class-weights', { option: 'class' });
  if (file !== undefined) return { classes: await readClassFile(file, cDim, say) };
  if (name?.toLowerCase() === 'none') return { classes: new Float32Array(cDim) };
  return { classIndex: line.number('class', { least: 0, most: cDim - 1, whole: true }) };
}
