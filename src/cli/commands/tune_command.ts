import { officialSides, randomModelBytes } from '../../bench/networks.ts';
import {
  type KernelChoices,
  mergeKernelChoices,
  otherThanDefault,
} from '../../engine/autotune/kernel_choices.ts';
import {
  readKernelChoices,
  writeKernelChoices,
} from '../../engine/autotune/kernel_choices_file.ts';
import { InputError } from '../../formats/errors.ts';
import type { Precision } from '../../library/api.ts';
import type { AutotuneRequest } from '../../library/autotune.ts';
import { readInput } from '../../node/files/input_file.ts';
import { optionalOutput, writeEach } from '../files/atomic_file.ts';
import {
  choicesFile,
  forgetChoices,
  keepChoices,
  readKeptChoices,
} from '../files/kept_kernel_choices.ts';
import { checkModelFile, type ModelFile, readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import { onInterruption } from '../interruption.ts';
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
    import: {
      value: 'FILE',
      file: 'input',
      help: 'then adds what was exported before, here or elsewhere',
    },
    export: {
      value: 'FILE',
      file: 'output',
      help: 'in the end writes all that is kept, or was measured now',
    },
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
    if (imported && choicesFile() === undefined)
      throw new InputError('nothing is kept with DRAGGAN_AUTOTUNE=off', { option: 'import' });
    if (reset) await forgetChoices();
    if (imported) await keepChoices(imported, say);
    const known = await readKeptChoices(say);
    const measured = file && (await measure(file, precision, { ...request, known }, progress));
    const kept = measured ? mergeKernelChoices(known, measured.choices) : known;
    const keep = async (choices: KernelChoices) => void (await keepChoices([choices], say));
    await writeEach(
      measured && (() => keep(measured.choices)),
      out && (() => out.write(new TextEncoder().encode(writeKernelChoices(kept)))),
    );
    progress.finish(measured ? describe(measured) : describeKept(kept));
    return line.flag('json') ? JSON.stringify(summarise(kept, measured)) : '';
  },
};

/** The outcome of one command's measurements. */
interface Measured {
  /** All choices that are known for the adapter afterwards. */
  readonly choices: KernelChoices;
  /** Layers that were not known before. */
  readonly fresh: number;
  /** The adapter in words. */
  readonly adapter: string;
  readonly seconds: number;
  /** True if all layers were measured. */
  readonly complete: boolean;
}

/** Measures until it is done, time is over, or Ctrl-C is pressed; what was measured by then is kept. */
async function measure(
  file: ModelFile,
  precision: Precision | undefined,
  request: AutotuneRequest,
  progress: Progress,
): Promise<Measured> {
  const options = { precision, autotuned: false };
  const { model, adapter, close } = await openModel(file, progress, options);
  const began = performance.now();
  const controller = new AbortController();
  const stop = () => controller.abort();
  const forget = onInterruption(stop);
  let known: KernelChoices | undefined;
  let [fresh, complete] = [0, true];
  const choices = await model
    .autotune({
      ...request,
      signal: controller.signal,
      onProgress: ({ done, total, choices }) => {
        known = choices;
        fresh = done;
        complete = done === total;
        progress.update(`layer ${Math.min(done + 1, total)} of ${total}`);
      },
    })
    .catch((error: unknown) => {
      if (known && controller.signal.aborted) return known;
      throw error;
    });
  forget();
  close();
  return { choices, fresh, adapter, seconds: (performance.now() - began) / 1000, complete };
}

function parseRequest(line: CommandLine): AutotuneRequest {
  return {
    points: line.number('points', { least: 1, most: mostPoints, whole: true }),
    masked: line.flag('mask'),
    seconds: line.number('seconds', { least: 0, most: longest }),
  };
}

async function readImport(line: CommandLine): Promise<KernelChoices[] | undefined> {
  const path = line.text('import');
  if (path === undefined) return undefined;
  return readKernelChoices(new TextDecoder().decode(await readInput(path)), path);
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

function describe({ choices, fresh, adapter, seconds, complete }: Measured): string {
  const file = choicesFile();
  const now =
    fresh === 0 && complete
      ? 'all layers are known already (--reset measures them anew)'
      : `${count(fresh, 'layer')} measured in ${seconds.toFixed(1)} s`;
  const rest = complete ? '' : ', not all: run it again to go on';
  const known = `${count(choices.layers.size, 'layer')} known on ${adapter}, ${otherThanDefault(choices)} with other kernels than by default`;
  return `${now}${rest}; ${known}; ${file === undefined ? 'not kept' : `kept in ${file}`}`;
}

function describeKept(kept: readonly KernelChoices[]): string {
  const layers = kept.reduce((sum, choices) => sum + choices.layers.size, 0);
  return `${count(layers, 'layer')} kept for ${count(kept.length, 'adapter')}`;
}

function summarise(kept: readonly KernelChoices[], measured: Measured | undefined) {
  return {
    kept: { file: choicesFile() ?? null, adapters: kept.length },
    measured: measured && {
      adapter: measured.choices.adapter,
      driver: measured.adapter,
      seconds: Number(measured.seconds.toFixed(2)),
      complete: measured.complete,
      fresh: measured.fresh,
      layers: [...measured.choices.layers].map(([layer, tuned]) => ({ layer, ...tuned })),
    },
  };
}
