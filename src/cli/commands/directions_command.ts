import { InputError } from '../../formats/errors.ts';
import { writeDirections } from '../../models/stylegan2/files/direction_file.ts';
import {
  type DirectionMethod,
  type Directions,
  directionMethods,
  readFactors,
  styleDirections,
} from '../../models/stylegan2/network/directions.ts';
import { parseRows } from '../../models/stylegan2/network/latent_rows.ts';
import { prepareOutput } from '../files/atomic_file.ts';
import { latentFormat } from '../files/latent_file.ts';
import { type ModelFile, readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import type { CommandLine } from '../options/arguments.ts';
import type { Command } from '../options/command.ts';
import type { Progress } from '../progress.ts';

/** How many directions are kept where nobody says it; of factors all are. */
const usualCount = 20;

export const directions: Command = {
  summary: 'finds directions of w along which pictures change, for latent --add',
  usage: 'MODEL --method sefa|pca|factors [--count N] --out FILE.safetensors|.npy|.npz',
  options: {
    method: {
      value: directionMethods.join('|'),
      help: 'sefa: from the weights of the styles; pca: how w spreads; factors: those that the file of the model names',
    },
    count: { value: 'N', help: `how many, the strongest first (${usualCount}; of factors all)` },
    rows: {
      value: 'ROWS',
      help: 'sefa: of the layers of these rows of ws alone, e.g. 0-3,6 (all)',
    },
    delta: { value: 'FILE', file: 'input', help: 'the weights that invert tuned to a picture' },
    out: {
      value: 'FILE',
      file: 'output',
      help: 'unit vectors (count, w_dim); in safetensors with their names and deviations of w',
    },
    json: { help: 'prints names and deviations as a JSON object' },
  },
  async run(line, progress) {
    const method = line.choice('method', directionMethods);
    if (method === undefined)
      throw new InputError(`is needed: ${directionMethods.join(', ')}`, { option: 'method' });
    const path = line.required('out');
    const format = latentFormat(path, 'out');
    const out = await prepareOutput(path, 'out');
    const model = await readModelFile(line.model, { delta: line.text('delta') });
    const found = await find(line, method, model, progress);
    await out.write(writeDirections(found, format, { method }));
    progress.finish(`${path}: ${describe(found)}`);
    const { names, deviations, wDim, vectors } = found;
    const count = vectors.length / wDim;
    const printed = {
      method,
      count,
      w_dim: wDim,
      names,
      deviations: deviations && [...deviations],
    };
    return line.flag('json') ? JSON.stringify(printed) : '';
  },
};

async function find(
  line: CommandLine,
  method: DirectionMethod,
  file: ModelFile,
  progress: Progress,
): Promise<Directions> {
  const { config, weights } = file;
  const count = line.number('count', { least: 1, most: config.wDim, whole: true });
  const listed = line.text('rows');
  if (listed !== undefined && method !== 'sefa')
    throw new InputError('is for --method sefa; latent --add takes the rows of the others', {
      option: 'rows',
    });
  const rows = listed === undefined ? undefined : parseRows(listed, config.numWs, 'rows');
  if (method === 'sefa') return styleDirections(weights, { count: count ?? usualCount, rows });
  const factors = method === 'factors' ? readFactors(file.file, config) : undefined;
  const { model, close } = await openModel(file, progress, {
    precision: undefined,
    autotuned: false,
  });
  progress.update('drawing w');
  const found = await model.directions({
    count: count ?? factors?.count ?? usualCount,
    factors,
  });
  close();
  return found;
}

function describe({ wDim, vectors, deviations, names }: Directions): string {
  const called = names ? ` (${names.join(', ')})` : '';
  const what = `${vectors.length / wDim} directions${called}, unit vectors of ${wDim}`;
  if (!deviations) return what;
  const [least, most] = [Math.min(...deviations), Math.max(...deviations)];
  return `${what}; one standard deviation of w is ${least.toPrecision(3)} to ${most.toPrecision(3)} long`;
}
