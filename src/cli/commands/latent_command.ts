import { prepareLatentOutput } from '../files/latent_file.ts';
import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import type { Command } from '../options/command.ts';
import { latentOptions, parseLatent, refuseBothLatents } from '../options/latent_options.ts';

export const latent: Command = {
  summary: 'keeps the latent of a seed, of another file, or of two mixed, as a file',
  usage:
    'MODEL (--seed N | --latent FILE) [--mix-seed M --mix-rows 0-3,6] --out FILE.npy|.npz|.safetensors',
  options: {
    ...latentOptions,
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
    const source = await parseLatent(line, file.weights, (text) => progress.note(text));
    // A seed's latent does not depend on the kernels of the convolutions, so no choice of kernels is taken.
    const { model, close } = await openModel(file, progress, {
      precision: undefined,
      autotuned: false,
    });
    const { numWs, wDim } = file.config;
    await out.write((await source(model)).ws, file.config);
    close();
    progress.finish(`${line.text('out')}: ${numWs} rows of ${wDim}`);
    return '';
  },
};
