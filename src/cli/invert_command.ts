import { defaultInversion, type InversionOptions } from '../inversion/options.ts';
import type { CommandLine } from './arguments.ts';
import { prepareOutput } from './atomic_file.ts';
import type { Command } from './command.ts';
import { readInput } from './input_file.ts';
import { prepareLatentOutput } from './latent_file.ts';
import { readModelFile } from './model_file.ts';
import { openModel } from './open_model.ts';
import { decodePng, encodePng } from './png_file.ts';

const { steps, samples, learningRate, shareOfW, regularization } = defaultInversion;
const most = 1_000_000;

export const invert: Command = {
  summary: 'finds the latent whose image is nearest to a picture',
  usage: 'MODEL --image FILE.png --out FILE.safetensors|npy|npz [--steps N]',
  options: {
    image: { value: 'FILE.png', help: "the picture, of the model's size" },
    steps: { value: 'N', help: `iterations (${steps})` },
    samples: { value: 'N', help: `random latents tried for a start (${samples})` },
    'w-share': { value: 'X', help: `the part of the iterations in W, before W+ (${shareOfW})` },
    lr: { value: 'X', help: `learning rate at its highest (${learningRate})` },
    reg: { value: 'X', help: `how strongly w is drawn to the average (${regularization})` },
    out: { value: 'FILE', help: 'the latent, as its name ends' },
    picture: { value: 'FILE.png', help: 'its image' },
    json: { help: 'prints the result as a JSON object' },
  },
  async run(line, progress) {
    const out = await prepareLatentOutput(line.required('out'), 'out');
    const picture = line.text('picture');
    const pictureOut = picture === undefined ? undefined : await prepareOutput(picture, 'picture');
    const options = parseOptions(line);
    const image = line.required('image');
    const file = await readModelFile(line.model);
    const side = file.config.resolution;
    const target = new Uint8ClampedArray(decodePng(await readInput(image), side, image, 'image'));

    const { model, adapter, close } = await openModel(file, progress, {
      precision: undefined,
      tuned: false,
    });
    const inversion = model.invert({ width: side, height: side, rgba: target }, options);
    inversion.on('iteration', ({ stage, iteration, steps: all, psnr }) =>
      progress.update(`${stage}: ${iteration} of ${all}, ${psnr.toFixed(2)} dB`),
    );
    const stop = (): void => inversion.stop();
    process.once('SIGINT', stop);
    const result = await inversion.run();
    process.removeListener('SIGINT', stop);
    await out.write(inversion.latent(), file.config);
    await pictureOut?.write(encodePng(inversion.image().rgba, side));
    close();
    progress.finish(
      `${line.text('out')}: ${result.psnr.toFixed(2)} dB after ${result.iterations} iterations (${result.stopped}), on ${adapter}`,
    );
    return line.flag('json') ? JSON.stringify({ ...result, adapter }) : '';
  },
};

function parseOptions(line: CommandLine): Partial<InversionOptions> {
  const given = {
    steps: line.number('steps', { least: 1, most, whole: true }),
    samples: line.number('samples', { least: 0, most, whole: true }),
    shareOfW: line.number('w-share', { least: 0, most: 1 }),
    learningRate: line.number('lr', { least: 1e-9 }),
    regularization: line.number('reg', { least: 0 }),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
