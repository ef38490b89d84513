import { InputError } from '../../formats/errors.ts';
import { writeSafetensors } from '../../formats/safetensors.ts';
import { blockSize, type GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { prepareOutput } from '../files/atomic_file.ts';
import { readCotangent } from '../files/cotangent_file.ts';
import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import type { CommandLine } from '../options/arguments.ts';
import type { Command } from '../options/command.ts';
import { autotuneOption, isAutotuned } from '../options/kernels_option.ts';
import { latentOptions, parseLatent } from '../options/latent_options.ts';
import { noiseOption, parseNoise } from '../options/noise_option.ts';
import { parsePrecision, precisionOption } from '../options/precision_option.ts';

export const evaluate: Command = {
  summary: 'computes tensors of the network, and gradients of them with respect to ws',
  usage:
    'MODEL (--latent FILE | --seed N) --tensors image,b64.x [--gradient T --cotangent FILE] --out FILE.safetensors',
  options: {
    ...latentOptions,
    noise: noiseOption,
    precision: precisionOption,
    'no-autotune': autotuneOption,
    tensors: {
      value: 'LIST',
      help: 'image, bR.x, bR.img (features and image of block R), joined by commas',
    },
    gradient: { value: 'T', help: 'adds grad_ws, the gradient of sum(T · cotangent)' },
    cotangent: {
      value: 'FILE',
      help: 'a safetensors file with cotangent, or image_cotangent or feature_cotangent',
    },
    out: { value: 'FILE', help: 'the safetensors file to write' },
  },
  async run(line, progress) {
    const noise = parseNoise(line);
    const precision = parsePrecision(line);
    const out = await prepareOutput(line.required('out'), 'out');
    const file = await readModelFile(line.model, line.text('delta'));
    const shapes = tensorShapes(file.config);
    const tensors = parseTensors(line, shapes);
    const gradient = await parseGradient(line, shapes);
    const latent = await parseLatent(line, file.weights, (text) => progress.note(text));
    const { model, adapter, close } = await openModel(file, progress, {
      precision,
      tuned: isAutotuned(line),
    });
    const results = await model.evaluate((await latent(model)).ws, { tensors, noise, gradient });
    await out.write(writeSafetensors(results));
    close();
    progress.finish(
      `${line.text('out')}: ${[...results.keys()].join(', ')}, weights in ${model.precision}, on ${adapter}`,
    );
    return '';
  },
};

/** The tensors that can be asked for, with their shapes N,C,H,W. */
function tensorShapes(config: GeneratorConfig): Map<string, readonly number[]> {
  const { height, width, imgChannels, channels } = config;
  const shapes = new Map<string, readonly number[]>([['image', [1, imgChannels, height, width]]]);
  for (const [r, count] of channels) {
    const map = blockSize(config, r);
    shapes.set(`b${r}.x`, [1, count, map.height, map.width]);
    shapes.set(`b${r}.img`, [1, imgChannels, map.height, map.width]);
  }
  return shapes;
}

function parseTensors(line: CommandLine, shapes: ReadonlyMap<string, unknown>): string[] {
  const names = line.required('tensors').split(',');
  return [...new Set(names.map((name) => known(name.trim(), shapes, 'tensors')))];
}

async function parseGradient(
  line: CommandLine,
  shapes: ReadonlyMap<string, readonly number[]>,
): Promise<{ of: string; cotangent: Float32Array } | undefined> {
  const gradient = line.text('gradient');
  const file = line.text('cotangent');
  if (gradient === undefined && file === undefined) return undefined;
  const of = known(line.required('gradient'), shapes, 'gradient');
  const cotangent = await readCotangent(line.required('cotangent'), of, shapes.get(of) ?? []);
  return { of, cotangent };
}

function known(name: string, shapes: ReadonlyMap<string, unknown>, option: string): string {
  if (shapes.has(name)) return name;
  throw new InputError(`no tensor "${name}"; there is ${[...shapes.keys()].join(', ')}`, {
    option,
  });
}
