import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import { preparePicture } from '../files/picture_output.ts';
import type { Command } from '../options/command.ts';
import { autotuneOption, isAutotuned } from '../options/kernels_option.ts';
import { latentOptions, parseLatent } from '../options/latent_options.ts';
import { noiseOption, parseNoise } from '../options/noise_option.ts';
import { parsePrecision, precisionOption } from '../options/precision_option.ts';

export const generate: Command = {
  summary: 'makes the image of a seed or a latent',
  usage: 'MODEL (--seed N | --latent FILE) --out FILE.png',
  options: {
    ...latentOptions,
    noise: noiseOption,
    precision: precisionOption,
    'no-autotune': autotuneOption,
    out: { value: 'FILE.png', file: 'output', help: 'the image, or .jpg' },
  },
  async run(line, progress) {
    const { noise, seed: noiseSeed } = parseNoise(line);
    const precision = parsePrecision(line);
    const out = await preparePicture(line.required('out'), 'out');
    const file = await readModelFile(line.model, {
      delta: line.text('delta'),
      noiseSeed,
    });
    const latent = await parseLatent(line, file.weights, (text) => progress.note(text));
    const { model, adapter, close } = await openModel(file, progress, {
      precision,
      autotuned: isAutotuned(line),
    });
    const image = await model.generate((await latent(model)).ws, { noise });
    await out.write(image);
    close();
    progress.finish(
      `${line.text('out')}: ${image.width} × ${image.height} pixels, weights in ${model.precision}, on ${adapter}`,
    );
    return '';
  },
};
