import { InputError } from '../../formats/errors.ts';
import { writeSafetensors } from '../../formats/safetensors.ts';
import { type NetworkOutput, networkOutputs } from '../../models/stylegan2/network/outputs.ts';
import { prepareTensors } from '../files/atomic_file.ts';
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
      file: 'input',
      help: 'a safetensors file with cotangent, or image_cotangent or feature_cotangent',
    },
    out: { value: 'FILE', file: 'output', help: 'the safetensors file to write' },
  },
  async run(line, progress) {
    const { noise, seed: noiseSeed } = parseNoise(line);
    const precision = parsePrecision(line);
    const out = await prepareTensors(line.required('out'), 'out');
    const file = await readModelFile(line.model, {
      delta: line.text('delta'),
      noiseSeed,
    });
    const outputs = networkOutputs(file.config);
    const tensors = parseTensors(line, outputs);
    const gradient = await parseGradient(line, outputs);
    const latent = await parseLatent(line, file.weights, (text) => progress.note(text));
    const { model, adapter, close } = await openModel(file, progress, {
      precision,
      autotuned: isAutotuned(line),
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

function parseTensors(line: CommandLine, outputs: Outputs): string[] {
  const names = line.required('tensors').split(',');
  return [...new Set(names.map((name) => known(name.trim(), outputs, 'tensors').name))];
}

async function parseGradient(
  line: CommandLine,
  outputs: Outputs,
): Promise<{ of: string; cotangent: Float32Array } | undefined> {
  const gradient = line.text('gradient');
  const file = line.text('cotangent');
  if (gradient === undefined && file === undefined) return undefined;
  const { name, output } = known(line.required('gradient'), outputs, 'gradient');
  return { of: name, cotangent: await readCotangent(line.required('cotangent'), output) };
}

function known(
  name: string,
  outputs: Outputs,
  option: string,
): { name: string; output: NetworkOutput } {
  const output = outputs.get(name);
  if (output) return { name, output };
  throw new InputError(`no tensor "${name}"; there is ${[...outputs.keys()].join(', ')}`, {
    option,
  });
}

/** What can be asked for, by the names that people use. */
type Outputs = ReadonlyMap<string, NetworkOutput>;
