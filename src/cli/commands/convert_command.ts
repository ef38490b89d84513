import { stat } from 'node:fs/promises';
import { InputError } from '../../formats/errors.ts';
import { convertToSafetensors } from '../../models/stylegan2/files/convert.ts';
import { prepareOutput } from '../files/atomic_file.ts';
import { readModelFile } from '../files/model_file.ts';
import type { Command } from '../options/command.ts';

export const convert: Command = {
  summary: 'writes a model of any format as safetensors',
  usage: 'MODEL OUT.safetensors [--f16] [--delta FILE]',
  output: 'OUT.safetensors',
  options: {
    f16: { help: "keeps the synthesis network's weights in 16 bits: half the size" },
    delta: { value: 'FILE', help: 'with the weights that invert tuned to a picture' },
  },
  async run(line, progress) {
    const { model, output = '' } = line;
    await refuseSameFile(model, output);
    const out = await prepareOutput(output);
    progress.update(`reading ${model}`);
    const { file, weights, length } = await readModelFile(model, {
      delta: line.text('delta'),
    });
    progress.update('converting');
    const bytes = convertToSafetensors(file, { half: line.flag('f16'), weights });
    await out.write(bytes);
    progress.finish(`${output}: ${bytes.length} bytes, from ${length} (${file.format})`);
    return '';
  },
};

/** Compares the files that the paths lead to, since writing through a link would overwrite the model too. */
async function refuseSameFile(model: string, output: string): Promise<void> {
  const [from, to] = await Promise.all([model, output].map((path) => stat(path).catch(() => null)));
  if (from && to && from.dev === to.dev && from.ino === to.ino) {
    throw new InputError(`${output}: is the model itself, which would be overwritten`);
  }
}
