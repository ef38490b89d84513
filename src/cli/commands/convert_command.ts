import { convertToSafetensors } from '../../models/stylegan2/files/convert.ts';
import { prepareTensors } from '../files/atomic_file.ts';
import { readModelFile } from '../files/model_file.ts';
import type { Command } from '../options/command.ts';

export const convert: Command = {
  summary: 'writes a model of any format as safetensors',
  usage: 'MODEL OUT.safetensors [--f16] [--delta FILE]',
  output: 'OUT.safetensors',
  options: {
    f16: { help: "keeps the synthesis network's weights in 16 bits: half the size" },
    delta: {
      value: 'FILE',
      file: 'input',
      help: 'with the weights that invert fine-tuned to a picture',
    },
  },
  async run(line, progress) {
    const { model, output = '' } = line;
    const out = await prepareTensors(output);
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
