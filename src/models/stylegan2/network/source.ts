import type { NamedTensor } from '../../../formats/tensors/named_tensors.ts';

/** The tensors of one generator under their official names, without a prefix, and what the file says beside them. */
export interface GeneratorSource {
  tensors: ReadonlyMap<string, NamedTensor>;
  metadata: Readonly<Record<string, string | undefined>>;
  file?: string;
}
