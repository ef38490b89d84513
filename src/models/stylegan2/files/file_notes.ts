import type { TensorFile } from '../../../formats/tensors/named_tensors.ts';
import type { GeneratorConfig } from '../network/config.ts';
import { lacksNoiseMaps } from './random_noise.ts';

/** What a person should know of how a model's file was read, and of what it lacks: a line each. */
export function fileNotes(file: TensorFile, { truncates, cDim }: GeneratorConfig): string[] {
  return [
    ...(file.notes ?? []),
    ...(truncates
      ? []
      : ['the file has no average w: truncation draws towards an estimate from 10,000 random z']),
    ...(lacksNoiseMaps(file) ? ['the file has no noise maps: no noise is added'] : []),
    ...(cDim > 0 ? [`pictures are of class 0 of ${cDim} until another is chosen`] : []),
  ];
}
