import { officialSides, randomModelBytes } from '../../bench/networks.ts';
import {
  mergeTunings,
  otherThanDefault,
  type Tuning,
} from '../../engine/autotune/kernel_choices.ts';
import { readTunings, writeTunings } from '../../engine/autotune/kernel_choices_file.ts';
import { InputError } from '../../formats/errors.ts';
import type { Precision } from '../../library/api.ts';
import type { TuningRequest } from '../../library/tune_kernels.ts';
import { readInput } from '../../node/files/input_file.ts';
import { optionalOutput } from '../files/atomic_file.ts';
import { forgetTunings, keepTunings, readKeptTunings, tuningFile } from '../files/kept_tuning.ts';
import { checkModelFile, type ModelFile, readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import type { CommandLine } from '../options/arguments.ts';
import type { Command } from '../options/command.ts';
import { parsePrecision, precisionOption } from '../options/precision_option.ts';
import type { Progress } from '../progress.ts';

const shapes = officialSides.map(String);
const mostPoints = 64;
const longest = 24 * 3600;

export const tune: Command = {
  summary: 'measures which kernels are the fastest on this adapter, where that is not known yet',
  usage:
    '[MODEL | --shape 512] [--points N] [--seconds S] [--import FILE] [--export FILE] [--reset]',
  needsModel: false,
  options: {
    shape: { value: shapes.join('|'), help: 'of an official network, with random weights' },
    points: { value: 'N', help: 'of the drag that is measured (1)' },
    mask: { help: 'the drag has a mask, and goes over whole maps' },
    precision: precisionOption,
    seconds: { value: 'S', help: 'begins no further layer after so long' },
    reset: { help: 'first forgets all that is kept' },
    import: { value: 'FILE', help: 'then adds what was exported before, here or elsewhere' },
    export: { value: 'FILE', help: 'in the end writes all that is kept, or was measured now' },
    json: { help: 'prints what was measured as a JSON object' },
  },
  async run(line, progress) {
    const say = (text: string) => progress.finish(text);
    const request = parseRequest(line);
    const precision = parsePrecision(line);
    const out = await optionalOutput(line, 'export');
    const imported = await readImport(line);
    const file = await modelFile(line);
    const reset = line.flag('reset');
    if (!file && !imported && !out && !reset)
      throw new InputError('name a MODEL to tune, or --shape, --import, --export, --reset');
    if (imported && tuningFile() === undefined)
      throw new InputError('nothing is kept with DRAGGAN_TUNING=off', { option: 'import' });
    if (reset) await forgetTunings();
    if (imported) await keepTunings(imported, say);
    const known = await readKeptTunings(say);
    const measured = file && (await measure(file, precision, { ...request, known }, progress));
    if (measured) await keepTunings([measured.tuning], say);
    const kept = measured ? mergeTunings(known, measured.tuning) : known;
    await out?.write(new TextEncoder().encode(writeTunings(kept)));
    progress.finish(measured ? describe(measured) : describeKept(kept));
    return line.flag('json') ? JSON.stringify(summarise(kept, measured)) : '';
  },
};

/** What one command measured. */
interface Measured {
  /** All that is known of the adapter then. */
  readonly tuning: Tuning;
  /** Layers that were not known before. */
  readonly fresh: number;
  /** The adapter in words. */
  readonly adapter: string;
  readonly seconds: number;
  /** Whether all layers were measured. */
  readonly complete: boolean;
}

/** Measures until it is done, or time is over, or Ctrl-C, which keeps what is known. */
async function measure(
  file: ModelFile,
  precision: Precision | undefined,
  request: TuningRequest,
  progress: Progress,
): Promise<Measured> {
  const options = { precision, tuned: false };
  const { model, adapter, close } = await openModel(file, progress, options);
  const began = performance.now();
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  let known: Tuning | undefined;
  let [fresh, complete] = [0, true];
  const tuning = await model
    .tune({
      ...request,
      signal: controller.signal,
      onProgress: ({ done, total, tuning }) => {
        known = tuning;
        fresh = done;
        complete = done === total;
        progress.update(`layer ${Math.min(done + 1, total)} of ${total}`);
      },
    })
    .catch((error: unknown) => {
      if (known && controller.signal.aborted) return known;
      throw error;
    });
  process.off('SIGINT', stop);
  close();
  return { tuning, fresh, adapter, seconds: (performance.now() - began) / 1000, complete };
}

function parseRequest(line: CommandLine): TuningRequest {
  return {
    points: line.number('points', { least: 1, most: mostPoints, whole: true }),
    masked: line.flag('mask'),
    seconds: line.number('seconds', { least: 0, most: longest }),
  };
}

async function readImport(line: CommandLine): Promise<Tuning[] | undefined> {
  const path = line.text('import');
  if (path === undefined) return undefined;
  return readTunings(new TextDecoder().decode(await readInput(path)), path);
}

async function modelFile(line: CommandLine): Promise<ModelFile | undefined> {
  const shape = line.choice('shape', shapes);
  const side = officialSides.find((known) => String(known) === shape);
  if (line.model === '') return side && checkModelFile(randomModelBytes(side), `shape ${side}`);
  if (shape !== undefined)
    throw new InputError('has no meaning beside a MODEL', { option: 'shape' });
  return readModelFile(line.model);
}

const count = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

function describe({ tuning, fresh, adapter, seconds, complete }: Measured): string {
  const file = tuningFile();
  const now =
    fresh === 0 && complete
      ? 'all layers are known already (--reset measures them anew)'
      : `${count(fresh, 'layer')} measured in ${seconds.toFixed(1)} s`;
  const rest = complete ? '' : ', not all: run it again to go on';
  const known = `${count(tuning.layers.size, 'layer')} known on ${adapter}, ${otherThanDefault(tuning)} with other kernels than by default`;
  return `${now}${rest}; ${known}; ${file === undefined ? 'not kept' : `kept in ${file}`}`;
}

function describeKept(kept: readonly Tuning[]): string {
  const layers = kept.reduce((sum, tuning) => sum + tuning.layers.size, 0);
  return `${count(layers, 'layer')} kept for ${count(kept.length, 'adapter')}`;
}

function summarise(kept: readonly Tuning[], measured: Measured | undefined) {
  return {
    kept: { file: tuningFile() ?? null, adapters: kept.length },
    measured: measured && {
      adapter: measured.tuning.adapter,
      driver: measured.adapter,
      seconds: Number(measured.seconds.toFixed(2)),
      complete: measured.complete,
      fresh: measured.fresh,
      layers: [...measured.tuning.layers].map(([layer, tuned]) => ({ layer, ...tuned })),
    },
  };
}
