import { InputError } from '../formats/errors.ts';
import type { Model } from '../index.ts';
import type { GeneratorConfig } from '../stylegan2/config.ts';
import type { CommandLine, Option } from './arguments.ts';
import { readLatentFile } from './latent_file.ts';

const largestSeed = 0xffffffff;
/** Truncation that people are used to from the reference programs. */
const usualPsi = 0.7;

/** How a command is told which picture to start from. */
export const latentOptions = {
  seed: { value: 'N', help: `a seed, 0 to ${largestSeed}: NumPy's RandomState(N).randn(1, z_dim)` },
  psi: { value: 'X', help: `truncation of the seed's w: 1 none, 0 the average (${usualPsi})` },
  cutoff: { value: 'N', help: 'truncates only the first N rows of ws (all)' },
  class: { value: 'K', help: 'class of a network with classes, from 0 (0)' },
  latent: {
    value: 'FILE',
    help: 'ws0, ws or w in safetensors, .npz, .npy or .pt, instead of a seed',
  },
} satisfies Record<string, Option>;

/** Gives ws (num_ws, w_dim) once the model is on a device. */
export type Latent = (model: Model) => Promise<Float32Array>;

/**
 * Checks these options and reads the latent file, if there is one; a latent goes before a seed.
 * @throws InputError, FormatError
 */
export async function parseLatent(line: CommandLine, config: GeneratorConfig): Promise<Latent> {
  const seed = line.number('seed', { least: 0, most: largestSeed, whole: true });
  const psi = line.number('psi');
  const cutoff = line.number('cutoff', { least: 0, most: config.numWs, whole: true });
  const classIndex = parseClass(line, config);
  const file = line.text('latent');
  if (file !== undefined) {
    const ws = await readLatentFile(file, config);
    return async () => ws;
  }
  if (seed === undefined) throw new InputError('is needed, or --latent', { option: 'seed' });
  if (!config.truncates && psi !== undefined && psi !== 1) {
    throw new InputError('the model has no average w (mapping.w_avg), so only 1 is possible', {
      option: 'psi',
    });
  }
  const truncation = { psi: psi ?? (config.truncates ? usualPsi : 1), cutoff, classIndex };
  return (model) => model.latent({ seed }, truncation);
}

function parseClass(line: CommandLine, { cDim }: GeneratorConfig): number | undefined {
  if (cDim > 0) return line.number('class', { least: 0, most: cDim - 1, whole: true }) ?? 0;
  if (line.text('class') === undefined) return undefined;
  throw new InputError('the model has no classes', { option: 'class' });
}
