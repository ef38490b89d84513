import { UnsupportedModelError } from '../../../formats/errors.ts';
import type { GeneratorSource } from './source.ts';

/**
 * Names the networks that look like ours but are not.
 * @throws UnsupportedModelError
 */
export function refuseArchitecture(
  { tensors, file }: GeneratorSource,
  architecture: string | null | undefined,
): void {
  const refuse = (what: string, tensor?: string): never => {
    throw new UnsupportedModelError(
      `${what} is not supported, only StyleGAN2 with architecture skip`,
      {
        file,
        tensor,
      },
    );
  };
  if (architecture && architecture !== 'skip') {
    refuse(`architecture ${architecture.slice(0, 40)}`);
  }
  for (const name of tensors.keys()) {
    if (/^synthesis\.(input\.|L\d+_)/.test(name)) refuse('StyleGAN3', name);
    if (/^synthesis\.b\d+\.skip\./.test(name)) refuse('architecture resnet', name);
  }
  if (
    tensors.has('synthesis.b4.conv1.weight') &&
    !tensors.has('synthesis.b4.torgb.weight') &&
    !tensors.has('synthesis.b8.torgb.weight')
  ) {
    refuse('architecture orig (no torgb in the low blocks)', 'synthesis.b4.torgb.weight');
  }
}
