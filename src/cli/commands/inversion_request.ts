import { InputError } from '../../formats/errors.ts';
import type { InversionOptions } from '../../inversion/options.ts';
import { inversionOptionTable } from '../../options/inversion_options.ts';
import { optionalTensors } from '../files/atomic_file.ts';
import { optionalLatentOutput } from '../files/latent_file.ts';
import { optionalPaste } from '../files/paste_output.ts';
import { optionalPicture } from '../files/picture_output.ts';
import type { CommandLine } from '../options/arguments.ts';
import { classOptions } from '../options/class_options.ts';
import { declareOptions, parseDeclared } from '../options/declared_options.ts';
import { fineTuningFlags } from './fine_tuning.ts';

/** The flags of a search. */
export const searchOptions = declareOptions(inversionOptionTable);

/** Checks the files that will be written, and refuses them where they make no sense. */
export async function prepareOutputs(line: CommandLine) {
  refuseSenseless(line);
  return {
    latent: await optionalLatentOutput(line, 'out'),
    delta: await optionalTensors(line, 'delta'),
    picture: await optionalPicture(line, 'picture'),
    frame: await optionalPicture(line, 'frame-out'),
    paste: await optionalPaste(line),
  };
}

function refuseSenseless(line: CommandLine): void {
  const isGiven = (option: string) => line.text(option) !== undefined || line.flag(option);
  const refuse = (beside: string, options: readonly string[]) => {
    for (const option of options)
      if (isGiven(option)) throw new InputError(`has no meaning beside --${beside}`, { option });
  };
  const ofModel = [...Object.keys(fineTuningFlags), ...Object.keys(classOptions)];
  if (isGiven('edited')) {
    refuse('edited', ['latent', 'out', 'picture', ...Object.keys(searchOptions), ...ofModel]);
    line.required('paste');
  } else if (isGiven('latent')) {
    refuse('latent', ['out', ...Object.keys(searchOptions)]);
    if (!isGiven('picture') && !isGiven('paste')) line.required('delta');
  } else line.required('out');
}

/** @throws InputError for a value that cannot be used */
export function parseSearch(line: CommandLine): Partial<InversionOptions> {
  const noise = line.flag('noise');
  if (noise && line.text('delta') === undefined)
    throw new InputError('is kept by a weight delta alone: give --delta too', { option: 'noise' });
  return parseDeclared(line, inversionOptionTable);
}
