import { prepareLatentOutput } from '../files/latent_file.ts';
import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import { additionOptions, parseAddition } from '../options/addition_options.ts';
import type { Command } from '../options/command.ts';
import { latentOptions, parseLatent, refuseBothLatents } from '../options/latent_options.ts';

export const latent: Command = {
  summary: 'keeps the latent of a seed or a file as a file, also mixed, or moved along a direction',
  usage:
    'MODEL (--seed N | --latent FILE) [--mix-seed M --mix-rows 0-3,6] [--add FILE --strength X] --out FILE.npy|.npz|.safetensors',
  options: {
    ...latentOptions,
    ...additionOptions,
    out: {
      value: 'FILE',
      file: 'output',
      help: 'the latent (1, num_ws, w_dim), in the format of its ending',
    },
  },
  async run(line, progress) {
    refuseBothLatents(line);
    const out = await prepareLatentOutput(line.required('out'), 'out');
    const file = await readModelFile(line.model, { delta: line.text('delta') });
    const say = (text: string) => progress.note(text);
    const source = await parseLatent(line, file.weights, say);
    const add = await parseAddition(line, file.config, say);
    // A seed's latent does not depend on the kernels of the convolutions, so no choice of kernels is taken.
    const { model, close } = await openModel(file, progress, {
      precision: undefined,
      autotuned: false,
    });
    const { numWs, wDim } = file.config;
    const { ws } = await source(model);
    await out.write(add ? add(ws) : ws, file.config);
    close();
    progress.finish(`${line.text('out')}: ${numWs} rows of ${wDim}`);
    return '';
  },
};
