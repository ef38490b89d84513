import { InputError } from '../../formats/errors.ts';
import type { FineTunedWeights } from '../../inversion/weight_delta.ts';
import type { Model, PlacedLatent } from '../../library/api.ts';
import type { ClassChoice } from '../../models/stylegan2/network/class_weights.ts';
import type { GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { noteOnNorm } from '../../models/stylegan2/network/latent_norm.ts';
import { usualPsi } from '../../models/stylegan2/network/latent_origin.ts';
import { mixStyles, parseRows } from '../../models/stylegan2/network/latent_rows.ts';
import { readLatentFile, readZFile } from '../files/latent_file.ts';
import type { CommandLine, Option } from './arguments.ts';
import { classOptions, parseClasses } from './class_options.ts';

const largestSeed = 0xffffffff;

/** How a command is told which picture to start from. */
export const latentOptions = {
  seed: { value: 'N', help: `a seed, 0 to ${largestSeed}: NumPy's RandomState(N).randn(1, z_dim)` },
  psi: { value: 'X', help: `truncation of the seed's w: 1 none, 0 the average (${usualPsi})` },
  cutoff: { value: 'N', help: 'truncates only the first N rows of ws (all)' },
  ...classOptions,
  latent: {
    value: 'FILE',
    file: 'input',
    help: 'ws0, ws or w in safetensors, .npz, .npy or .pt, instead of a seed; FILE#2: its third',
  },
  z: { value: 'FILE', file: 'input', help: 'z (1, z_dim) in such a file: what a seed would draw' },
  delta: {
    value: 'FILE',
    file: 'input',
    help: 'the weights that invert fine-tuned to a picture; without a latent or seed, its latent too',
  },
  'mix-seed': { value: 'M', help: 'takes some rows of ws from this seed: style mixing' },
  'mix-rows': {
    value: 'ROWS',
    help: 'which rows, e.g. 0-3,6: the first are coarse, the last fine',
  },
} satisfies Record<string, Option>;

/** Gives ws (num_ws, w_dim), and what it was made from where that is known, once the model is on a device. */
export type Latent = (model: Model) => Promise<PlacedLatent>;

/**
 * Checks these options and reads the latent file, if there is one; a latent goes before a seed or z, these before the
 * pivot of fine-tuned weights.
 * @param say called with a line about the file that a person should read
 * @throws InputError, FormatError
 */
export async function parseLatent(
  line: CommandLine,
  { config, pivot }: FineTunedWeights,
  say: (line: string) => void,
): Promise<Latent> {
  const seed = line.number('seed', { least: 0, most: largestSeed, whole: true });
  const psi = line.number('psi');
  const cutoff = line.number('cutoff', { least: 0, most: config.numWs, whole: true });
  const classes = await parseClasses(line, config, say);
  const mix = parseMix(line, config);
  const file = line.text('latent');
  const zFile = line.text('z');
  for (const [option, other] of [
    ['seed', seed],
    ['latent', file],
  ] as const)
    if (zFile !== undefined && other !== undefined)
      throw new InputError('has no meaning beside --z', { option });
  const start = seed === undefined && zFile === undefined ? pivot : undefined;
  const mapsSeeds = (file === undefined && !start) || mix !== undefined;
  if (mapsSeeds && !config.truncates && psi !== undefined && psi !== 1) {
    say('the file has no average w: an estimate from 10,000 random z takes its place');
  }
  const mapping = {
    psi: psi ?? (config.truncates ? usualPsi : 1),
    cutoff,
    ...classesOrFirst(classes, config),
  };
  if (file === undefined && seed === undefined && zFile === undefined && !start) {
    throw new InputError('is needed, or --latent or --z', { option: 'seed' });
  }
  const ws = file === undefined ? start : await readLatentFile(file, config, say);
  const z = zFile === undefined ? undefined : await readZFile(zFile, config.zDim, say);
  return async (model) => {
    const source = z ? { z } : { seed: seed ?? 0 };
    const base = ws ?? (await model.latent(source, mapping));
    const note = file === undefined ? undefined : await noteOnNorm(model, base, config);
    if (note !== undefined) say(`${note}: --z takes a z`);
    // A mix follows two z.
    if (!mix) return { ws: base, origin: ws ? undefined : model.origin(source, mapping) };
    const other = await model.latent({ seed: mix.seed }, mapping);
    return { ws: mixStyles(base, other, mix.rows, config) };
  };
}

/** @throws InputError where both a latent and what makes one are given */
export function refuseBothLatents(line: CommandLine): void {
  if (line.text('latent') === undefined) return;
  const ofSeeds =
    line.text('mix-seed') === undefined ? ['psi', 'cutoff', 'class', 'class-weights'] : [];
  for (const option of ['seed', ...ofSeeds]) {
    if (line.text(option) !== undefined) {
      throw new InputError('has no meaning beside --latent', { option });
    }
  }
}

function parseMix(line: CommandLine, { numWs }: GeneratorConfig) {
  const seed = line.number('mix-seed', { least: 0, most: largestSeed, whole: true });
  const rows = line.text('mix-rows');
  if (seed === undefined && rows === undefined) return undefined;
  if (seed === undefined) throw new InputError('is needed with --mix-rows', { option: 'mix-seed' });
  if (rows === undefined) throw new InputError('is needed with --mix-seed', { option: 'mix-rows' });
  return { seed, rows: parseRows(rows, numWs, 'mix-rows') };
}

/** A picture is of the first class unless another is asked for. */
const classesOrFirst = (
  { classIndex = 0, classes }: ClassChoice,
  { cDim }: GeneratorConfig,
): ClassChoice => {
  if (cDim === 0) return {};
  return classes ? { classes } : { classIndex };
};
