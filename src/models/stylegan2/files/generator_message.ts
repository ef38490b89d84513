import type { TensorFile } from '../../../formats/tensors/named_tensors.ts';
import {
  readTensorMessage,
  type TensorMessage,
  tensorMessage,
} from '../../../formats/tensors/tensor_message.ts';
import type { GeneratorConfig } from '../network/config.ts';
import type { GeneratorWeights } from '../network/weights.ts';

/** A generator that was read and checked, as a message between a worker and its page. */
export interface GeneratorMessage {
  readonly config: GeneratorConfig;
  /** Shapes of the network's tensors, as the network has them: a file may differ (a scalar as `[]`). */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The network's tensors alone, under their official names. */
  readonly file: TensorMessage;
}

/**
 * The message in which a worker sends its page a generator that it read, with `[message.file.bytes]` as the transfers.
 * Neither `file` nor `weights` can be used any more once it is sent.
 * @param file what `weights` was read from
 */
export function generatorMessage(
  file: TensorFile,
  { config, tensors }: GeneratorWeights,
): GeneratorMessage {
  const prefix = file.tensors.has('G.synthesis.b4.const') ? 'G.' : '';
  const own = new Map(
    [...tensors.keys()].flatMap((name) => {
      const tensor = file.tensors.get(prefix + name);
      return tensor ? [[name, tensor] as const] : [];
    }),
  );
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  return { config, shapes, file: tensorMessage({ ...file, tensors: own }) };
}

/** The generator that a message was made of; it is not checked again. */
export function readGeneratorMessage({ config, shapes, file }: GeneratorMessage): GeneratorWeights {
  const tensors = new Map(
    [...readTensorMessage(file).tensors].map(([name, tensor]) => {
      const { dtype } = tensor;
      const shape = shapes.get(name) ?? tensor.shape;
      return [name, { shape, dtype, data: () => tensor.data() }];
    }),
  );
  return { config, tensors };
}
