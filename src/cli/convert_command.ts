import { stat } from 'node:fs/promises';
import { InputError } from '../formats/errors.ts';
import { convertToSafetensors } from '../stylegan2/convert.ts';
import { parseModelFile } from '../stylegan2/model_file.ts';
import { prepareOutput } from './atomic_file.ts';
import type { Command } from './command.ts';
import { readInput } from './input_file.ts';

export const convert: Command = {
  summary: 'writes a model of any format as safetensors',
  usage: 'MODEL OUT.safetensors [--f16]',
  output: 'OUT.safetensors',
  options: {
    f16: { help: "keeps the synthesis network's weights in 16 bits: half the size" },
  },
  async run(line, progress) {
    const { model, output = '' } = line;
    await refuseSameFile(model, output);
    const out = await prepareOutput(output);
    progress.update(`reading ${model}`);
    const source = await readInput(model);
    const file = parseModelFile(source, model);
    progress.update('converting');
    const bytes = convertToSafetensors(file, { half: line.flag('f16') });
    await out.write(bytes);
    progress.finish(`${output}: ${bytes.length} bytes, from ${source.length} (${file.format})`);
    return '';
  },
};

/** By what the names lead to: a link to the model would lose it too. */
async function refuseSameFile(model: string, output: string): Promise<void> {
  const [from, to] = await Promise.all([model, output].map((path) => stat(path).catch(() => null)));
  if (from && to && from.dev === to.dev && from.ino === to.ino) {
    throw new InputError(`${output}: is the model itself, which would be overwritten`);
  }
}
