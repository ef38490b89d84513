import { FormatError } from '../formats/errors.ts';
import { showShape } from '../formats/named_tensors.ts';
import type { GeneratorConfig } from '../stylegan2/config.ts';
import { readTensorFile } from './input_file.ts';

/** Which of a latent file's tensors counts: the first that is there. */
const names = ['ws0', 'ws', 'w'];

/**
 * Reads a latent: of a safetensors file the tensor `ws0`, else `ws`, else `w`, of shape (…, num_ws, w_dim); of several
 * samples the first. `w` may be (…, w_dim), one row for all.
 * @returns num_ws·w_dim values, row-major
 * @throws FormatError where there is none, or its shape is not the generator's, or it is not finite
 */
export async function readLatent(
  path: string,
  { numWs, wDim }: Pick<GeneratorConfig, 'numWs' | 'wDim'>,
): Promise<Float32Array> {
  const { tensors } = await readTensorFile(path);
  const name = names.find((candidate) => tensors.has(candidate));
  const tensor = name === undefined ? undefined : tensors.get(name);
  if (name === undefined || !tensor) {
    throw new FormatError(`no latent: wanted is a tensor ${names.join(', ')}`, { file: path });
  }
  const { shape } = tensor;
  const location = { file: path, tensor: name };
  const hasRows = shape.at(-1) === wDim && shape.at(-2) === numWs;
  const isOneRow = !hasRows && name === 'w' && shape.at(-1) === wDim;
  if ((!hasRows && !isOneRow) || shape.includes(0)) {
    throw new FormatError(
      `shape ${showShape(shape)} found, ${showShape([numWs, wDim])} needed, with any sizes before it`,
      location,
    );
  }
  const values = tensor.data().subarray(0, isOneRow ? wDim : numWs * wDim);
  if (!values.every(Number.isFinite)) throw new FormatError('a value is not finite', location);
  if (hasRows) return values.slice();
  const ws = new Float32Array(numWs * wDim);
  for (let row = 0; row < numWs; row++) ws.set(values, row * wDim);
  return ws;
}
