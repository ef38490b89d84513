import type { DragSession, IterationTrace, RunResult } from '../../drag/session.ts';
import type { GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { dragOptionTable } from '../../options/drag_options.ts';
import { methodNames } from '../../options/methods.ts';
import { optionalTensors, writeEach } from '../files/atomic_file.ts';
import { type FramesOutput, prepareFrameFolder, prepareVideo } from '../files/frame_files.ts';
import { optionalLatentOutput } from '../files/latent_file.ts';
import { parseMask } from '../files/mask_file.ts';
import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import { optionalPicture } from '../files/picture_output.ts';
import { DragTrace } from '../files/trace_file.ts';
import { onInterruption } from '../interruption.ts';
import type { CommandLine } from '../options/arguments.ts';
import type { Command } from '../options/command.ts';
import { declareOptions, parseDeclared } from '../options/declared_options.ts';
import { autotuneOption, isAutotuned } from '../options/kernels_option.ts';
import { latentOptions, parseLatent, refuseBothLatents } from '../options/latent_options.ts';
import { parsePoints } from '../options/points_option.ts';
import { parsePrecision, precisionOption } from '../options/precision_option.ts';
import type { Progress } from '../progress.ts';

export const drag: Command = {
  summary: 'drags points of the image to their targets',
  usage: 'MODEL (--latent FILE | --seed N) --points "row,column>row,column;…" [--steps N]',
  options: {
    ...latentOptions,
    points: { value: 'PAIRS', help: 'handle>target, each row,column in pixels, joined by ;' },
    mask: {
      value: 'FILE',
      file: 'input',
      help: 'what must stay: a picture (white), .npy or .safetensors (mask; 1)',
    },
    'mask-invert': { help: 'what the mask marks may move, and all else must stay' },
    method: {
      value: methodNames.join('|'),
      help: 'what the options below are by default: best keeps the picture whole, reference is the paper’s (the one measured for the model; with --space w or w+ reference)',
    },
    ...declareOptions(dragOptionTable, { recommends: true }),
    precision: precisionOption,
    'no-autotune': autotuneOption,
    trace: { value: 'FILE', file: 'output', help: 'writes every iteration to a safetensors file' },
    out: { value: 'FILE.png', file: 'output', help: 'the image at the end, or .jpg' },
    'out-latent': {
      value: 'FILE',
      file: 'output',
      help: 'its latent, as .npy, .npz or .safetensors',
    },
    frames: { value: 'DIR', file: 'output', help: 'a PNG of each iteration, in a new folder' },
    video: {
      value: 'FILE',
      file: 'output',
      help: 'the iterations as .gif, or by the program ffmpeg as .mp4, .mov, .webm or .mkv',
    },
    json: { help: 'prints the result as a JSON object' },
  },
  async run(line, progress) {
    refuseBothLatents(line);
    const trace = await optionalTensors(line, 'trace');
    const out = await optionalPicture(line, 'out');
    const outLatent = await optionalLatentOutput(line, 'out-latent');
    const frames = await optionalFrames(line);
    const file = await readModelFile(line.model, { delta: line.text('delta') });
    const { config } = file;
    const points = parsePoints(line.text('points') ?? '', config);
    const { steps: most, ...options } = parseOptions(line, config);
    const precision = parsePrecision(line);
    const steps = most ?? config.dragDefaults?.steps ?? dragOptionTable.steps.usual;
    const mask = await parseMask(line, config);
    if (mask?.every((stays) => stays === 1))
      progress.note(
        'the mask lets nothing move, and is obeyed; the official program ignores such a one',
      );
    const latent = await parseLatent(line, file.weights, (text) => progress.note(text));

    const { model, adapter, close } = await openModel(file, progress, {
      precision,
      autotuned: isAutotuned(line),
    });
    const { ws, origin } = await latent(model);
    const session = await model.createDragSession(ws, options, origin);
    session.setPoints(points);
    session.setMask(mask);
    if (mask && outLatent && session.options.keeping === 'features')
      progress.note('the picture keeps what is masked; the latent alone draws all of it anew');
    const rows = new DragTrace([config.numWs, config.wDim], session.options.space, points.length);
    const forget = onInterruption(() => session.stop());
    const keepLatent = outLatent && (async () => outLatent.write(await session.latent(), config));
    const latents: Float32Array[] = [];
    const addRow = (row: IterationTrace) => {
      if (trace) rows.add(row);
      if (frames.length > 0) latents.push(row.ws);
    };
    const result = await runDrag(
      session,
      steps,
      progress,
      trace || frames.length > 0 ? addRow : undefined,
    ).catch(async (fault) => {
      // Also after a lost device, since the latent that was reached lies in memory.
      await keepLatent?.();
      if (keepLatent) progress.note(`${line.text('out-latent')}: the latent that was reached`);
      throw fault;
    });
    await writeEach(
      keepLatent,
      trace && (() => trace.write(rows.encode())),
      out && (async () => out.write(await session.image())),
      ...frames.map(
        (output) => async () =>
          output.write(latents.length + 1, async (frame) => {
            progress.update(`frame ${frame + 1} of ${latents.length + 1}`);
            return session.image(latents[frame]);
          }),
      ),
    );
    forget();
    const summary = { ...summarise(result, session, adapter), precision: model.precision };
    await session.destroy();
    close();
    progress.finish(describe(result, adapter));
    return line.flag('json') ? JSON.stringify(summary) : '';
  },
};

/** Where the frames of the drag go; none unless they are asked for. */
async function optionalFrames(line: CommandLine): Promise<FramesOutput[]> {
  const folder = line.text('frames');
  const video = line.text('video');
  return [
    ...(video === undefined ? [] : [await prepareVideo(video, 'video')]),
    ...(folder === undefined ? [] : [await prepareFrameFolder(folder, 'frames')]),
  ];
}

/** The options that the command line gives; the others are the model's own, or the paper's. */
function parseOptions(line: CommandLine, { channels }: GeneratorConfig) {
  const { bounds, usual } = dragOptionTable.featureBlock;
  // A network with fewer blocks than the paper's takes its last.
  const featureBlock = { ...bounds, most: Math.max(usual, channels.size - 1) };
  const method = line.choice('method', methodNames);
  return { method, ...parseDeclared(line, dragOptionTable, { featureBlock }) };
}

/** Runs to the end, or until it is stopped. */
async function runDrag(
  session: DragSession,
  steps: number,
  progress: Progress,
  trace?: (row: IterationTrace) => void,
): Promise<RunResult> {
  const forget = session.on('iteration', ({ iteration, distance, lossMotion }) => {
    progress.update(
      `iteration ${iteration + 1} of ${steps}, ${distance.toFixed(1)} px to go, loss ${lossMotion.toPrecision(3)}`,
    );
  });
  const result = await session.run({ steps, trace });
  forget();
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

/** How a run ended, in words before “after N iterations”. */
const endings: Record<RunResult['stopped'], string> = {
  arrived: 'arrived',
  steps: 'not there yet',
  stopped: 'stopped',
  diverged: 'diverged',
  farthest: 'as far as this picture goes,',
  stalled: 'comes no nearer,',
};

function describe(result: RunResult, adapter: string): string {
  const { iterations, stopped, distance, millisecondsPerIteration } = result;
  const after = `${endings[stopped]} after ${iterations} iteration${iterations === 1 ? '' : 's'}`;
  return `${after}, ${distance.toFixed(1)} px from the targets, ${millisecondsPerIteration.toFixed(1)} ms an iteration on ${adapter}`;
}
