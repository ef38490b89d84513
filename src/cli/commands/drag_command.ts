import { type DragOptions, imageRadius } from '../../drag/options.ts';
import type { DragSession, IterationTrace, RunResult } from '../../drag/session.ts';
import type { GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { encodePng } from '../../node/files/png_file.ts';
import { optionalOutput, refuseSameOutputs } from '../files/atomic_file.ts';
import { optionalLatentOutput } from '../files/latent_file.ts';
import { readMask } from '../files/mask_file.ts';
import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import { DragTrace } from '../files/trace_file.ts';
import type { CommandLine } from '../options/arguments.ts';
import type { Command } from '../options/command.ts';
import { autotuneOption, isAutotuned } from '../options/kernels_option.ts';
import { latentOptions, parseLatent, refuseBothLatents } from '../options/latent_options.ts';
import { parsePoints } from '../options/points_option.ts';
import { parsePrecision, precisionOption } from '../options/precision_option.ts';
import type { Progress } from '../progress.ts';

const usualSteps = 100;
const mostSteps = 1_000_000;
/** Radii are given for an image of this side, so none can be larger. SPEC §3. */
const largestRadius = 512;
/** The paper's block; a network that ends before it uses its last. SPEC §3. */
const usualBlock = 5;

export const drag: Command = {
  summary: 'drags points of the image to their targets',
  usage: 'MODEL (--latent FILE | --seed N) --points "row,column>row,column;…" [--steps N]',
  options: {
    ...latentOptions,
    points: { value: 'PAIRS', help: 'handle>target, each row,column in pixels, joined by ;' },
    steps: { value: 'N', help: `at most so many iterations (the model's, else ${usualSteps})` },
    mask: { value: 'FILE', help: 'what must stay: a PNG (white), or a safetensors (mask, 1)' },
    lr: { value: 'X', help: "learning rate (the model's, else 0.001)" },
    r1: { value: 'X', help: "radius of the patches, in pixels at 512² (the model's, else 3)" },
    r2: { value: 'X', help: "half the tracking window, in pixels at 512² (the model's, else 12)" },
    lambda: { value: 'X', help: "weight of the mask loss (the model's, else 20)" },
    reg: { value: 'X', help: 'weight of the latent regularisation (0)' },
    'feature-block': { value: 'N', help: "whose features, from 0 at 4² (the model's, else 5)" },
    'stop-distance': {
      value: 'X',
      help: 'pixels within which a handle has arrived, more above 512² (2)',
    },
    space: { value: 'w|w+', help: 'one row of w for all layers, or one each (w+)' },
    'mask-sampling': {
      value: 'X',
      help: 'estimates the mask loss from this part of the map in each iteration (0: whole)',
    },
    coverage: {
      value: 'cone|dense',
      help: 'computes what the loss depends on, or all of every map, with the same result (cone)',
    },
    precision: precisionOption,
    'no-autotune': autotuneOption,
    trace: { value: 'FILE', help: 'writes every iteration to a safetensors file' },
    out: { value: 'FILE.png', help: 'the image at the end' },
    'out-latent': { value: 'FILE', help: 'its latent, as .npy, .npz or .safetensors' },
    json: { help: 'prints the result as a JSON object' },
  },
  async run(line, progress) {
    refuseBothLatents(line);
    refuseSameOutputs(line, ['trace', 'out', 'out-latent']);
    const trace = await optionalOutput(line, 'trace');
    const out = await optionalOutput(line, 'out');
    const outLatent = await optionalLatentOutput(line, 'out-latent');
    const file = await readModelFile(line.model, line.text('delta'));
    const { config } = file;
    const points = parsePoints(line.text('points') ?? '', config.resolution);
    const options = parseOptions(line, config);
    const precision = parsePrecision(line);
    const steps =
      line.number('steps', { least: 0, most: mostSteps, whole: true }) ??
      config.dragDefaults?.steps ??
      usualSteps;
    const maskFile = line.text('mask');
    const mask = maskFile === undefined ? null : await readMask(maskFile, config.resolution);
    const latent = await parseLatent(line, file.weights);

    const { model, adapter, close } = await openModel(file, progress, {
      precision,
      tuned: isAutotuned(line),
    });
    const session = await model.createDragSession(await latent(model), options);
    session.setPoints(points);
    session.setMask(mask);
    const rows = new DragTrace([config.numWs, config.wDim], session.options.space, points.length);
    const result = await runDrag(
      session,
      steps,
      progress,
      trace ? (row) => rows.add(row) : undefined,
    );
    await trace?.write(rows.encode());
    if (out) await out.write(encodePng((await session.image()).rgba, session.side));
    await outLatent?.write(await session.latent(), config);
    const summary = { ...summarise(result, session, adapter), precision: model.precision };
    const { r1 } = session.options;
    await session.destroy();
    close();
    progress.finish(`${describe(result, adapter)}${adviseRadius(r1, config.resolution)}`);
    return line.flag('json') ? JSON.stringify(summary) : '';
  },
};

/** Only what the command line gives: the rest is the model's own, or the paper's. */
function parseOptions(line: CommandLine, config: GeneratorConfig): Partial<DragOptions> {
  const radius = { least: 0, most: largestRadius };
  const highestBlock = Math.max(usualBlock, config.channels.size - 1);
  const given = {
    learningRate: line.number('lr', { least: 0 }),
    r1: line.number('r1', radius),
    r2: line.number('r2', radius),
    lambda: line.number('lambda', { least: 0 }),
    regularization: line.number('reg', { least: 0 }),
    featureBlock: line.number('feature-block', { least: 0, most: highestBlock, whole: true }),
    stopDistance: line.number('stop-distance', { least: 1, most: largestRadius }),
    space: line.choice('space', ['w', 'w+']),
    maskSampling: line.number('mask-sampling', { least: 0, most: 1 }),
    coverage: line.choice('coverage', ['cone', 'dense']),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Runs to the end, or until Ctrl-C, which keeps what was reached. */
async function runDrag(
  session: DragSession,
  steps: number,
  progress: Progress,
  trace?: (row: IterationTrace) => void,
): Promise<RunResult> {
  const stop = () => session.stop();
  process.once('SIGINT', stop);
  const forget = session.on('iteration', ({ iteration, distance, lossMotion }) => {
    progress.update(
      `iteration ${iteration + 1} of ${steps}, ${distance.toFixed(1)} px to go, loss ${lossMotion.toPrecision(3)}`,
    );
  });
  const result = await session.run({ steps, trace });
  forget();
  process.off('SIGINT', stop);
  return result;
}

function summarise(result: RunResult, session: DragSession, adapter: string) {
  return {
    iterations: result.iterations,
    stopped: result.stopped,
    distance: result.distance,
    ms_per_iteration: result.millisecondsPerIteration,
    points: session.points.map(({ handle }) => handle),
    adapter,
  };
}

function describe(result: RunResult, adapter: string): string {
  const { iterations, stopped, distance, millisecondsPerIteration } = result;
  return `${stopped} after ${iterations} iterations, ${distance.toFixed(1)} px from the targets, ${millisecondsPerIteration.toFixed(1)} ms an iteration on ${adapter}`;
}

/** Without a patch there is no loss, and nobody would guess why nothing moves. */
function adviseRadius(r1: number, side: number): string {
  if (imageRadius(r1, side) > 0) return '';
  return `; nothing was pulled, since --r1 ${r1} is less than a pixel at ${side}²`;
}
