/**
 * How near does an inversion come, and can its picture be dragged? Pictures of our own renderer that the demo model was
 * not trained on:
 *
 *   npx tsx bench/inversion.ts [--model weights/demo.safetensors] [--count 20] [--from N] [--steps N] [--samples N]
 *                              [--lr X] [--w-share X] [--reg X] [--fine-tuning-steps N] [--fine-tuning-lr X] [--locality X]
 *                              [--noise] [--noise-reg X] [--json]
 *
 * Their factors are drawn anew, and the renderer is not the generator: none of them lies in its range exactly. The
 * nose of what was found is then dragged 10 pixels towards the middle, with the model's own defaults, and looked for by
 * a judge that knows nothing of the tracker: the patch of the picture before, sought around the target in that after.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  applyWeightDelta,
  createModel,
  defaultFineTuning,
  type Inversion,
  type InversionOptions,
  type Model,
  openEngine,
  type PixelImage,
  peakSignalToNoise,
} from '../src/library/api.ts';
import { parseModelFile } from '../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../src/models/stylegan2/network/weights.ts';
import { openNodeGpu } from '../src/node/gpu/node_gpu.ts';
import { nodeShaders } from '../src/node/gpu/node_shaders.ts';
import { dragOptionTable } from '../src/options/drag_options.ts';
import { factorCount, factorsFrom } from '../tools/train-demo/factors.ts';
import { landmarkPixel, type Pixel } from '../tools/train-demo/landmarks.ts';
import { pictureOf, searchPatch } from '../tools/train-demo/patch_search.ts';
import { uniformNumbers } from '../tools/train-demo/random.ts';
import { createRenderer } from '../tools/train-demo/renderer.ts';

/** Seed of the factors; the training set's were drawn by another random generator. */
const seed = 20_261_125;
const antialiasing = 3;
/** Pixels that a nose is dragged at 128². */
const way = 10;
/** About half a nose: more of the face around it turns by less. */
const noseRadius = 5;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'weights/demo.safetensors' },
    count: { type: 'string', default: '20' },
    from: { type: 'string', default: '0' },
    steps: { type: 'string' },
    samples: { type: 'string' },
    lr: { type: 'string' },
    'w-share': { type: 'string' },
    reg: { type: 'string' },
    'fine-tuning-steps': { type: 'string', default: String(defaultFineTuning.steps) },
    'fine-tuning-lr': { type: 'string' },
    locality: { type: 'string' },
    noise: { type: 'boolean', default: false },
    'noise-reg': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

const given = {
  steps: values.steps,
  samples: values.samples,
  learningRate: values.lr,
  shareOfW: values['w-share'],
  regularization: values.reg,
  noiseRegularization: values['noise-reg'],
};
const options: Partial<InversionOptions> = {
  noise: values.noise,
  ...Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, Number(value)]),
  ),
};
const { gpu, driver } = await openNodeGpu();
const engine = await openEngine(gpu, { shaders: nodeShaders });
const weights = readGenerator(parseModelFile(readFileSync(values.model), values.model));
const model = await createModel(engine, weights);
const side = model.config.resolution;
const render = await createRenderer(engine.device, {
  resolution: side,
  samples: antialiasing,
  batch: 1,
  canonical: false,
});

interface Dragged {
  /** Pixels from the target to the tracker's point. */
  readonly tracked: number;
  /** Pixels from the target to where the patch of the handle is found. */
  readonly found: number;
  readonly iterations: number;
}

async function drag(dragged: Model, ws: Float32Array, handle: Pixel): Promise<Dragged> {
  const step = ((handle.column < side / 2 ? way : -way) * side) / 128;
  const target = { row: handle.row, column: handle.column + step };
  const session = await dragged.createDragSession(ws);
  session.setPoints([{ handle: [handle.row, handle.column], target: [target.row, target.column] }]);
  const before = pictureOf(await session.image());
  const steps = model.config.dragDefaults?.steps ?? dragOptionTable.steps.usual;
  const { iterations } = await session.run({ steps });
  const [{ handle: end }] = session.points;
  const after = pictureOf(await session.image());
  const found = searchPatch(before, after, handle, target, noseRadius).distance;
  session.destroy();
  const tracked = Math.hypot(end[0] - target.row, end[1] - target.column);
  return { tracked, found, iterations };
}

/** Drags the found picture, in a model with the noise that was found, if any was. */
async function dragFound(inversion: Inversion, handle: Pixel): Promise<Dragged> {
  if (inversion.noise().size === 0) return drag(model, inversion.latent(), handle);
  const noisy = await createModel(engine, await applyWeightDelta(weights, await inversion.delta()));
  const dragged = await drag(noisy, inversion.latent(), handle);
  noisy.destroy();
  return dragged;
}

async function tune(target: PixelImage, inversion: Inversion, handle: Pixel) {
  const pivot = inversion.latent();
  const steps = Number(values['fine-tuning-steps']);
  if (steps === 0) return undefined;
  const tuning = await model.fineTune(target, pivot, {
    steps,
    noise: inversion.noise(),
    ...(values['fine-tuning-lr'] && { learningRate: Number(values['fine-tuning-lr']) }),
    ...(values.locality && { locality: Number(values.locality) }),
  });
  await tuning.run({ steps });
  const psnr = peakSignalToNoise(await tuning.generate(), target);
  const delta = await tuning.delta();
  tuning.destroy();
  const tuned = await createModel(engine, await applyWeightDelta(weights, delta));
  const dragged = await drag(tuned, pivot, handle);
  tuned.destroy();
  return { psnr, dragged };
}

const show = (value: number | undefined): string => (value ?? Number.NaN).toFixed(2);
const showDrag = (dragged: Dragged | undefined): string =>
  dragged
    ? `found ${dragged.found.toFixed(1)} px off, tracked ${dragged.tracked.toFixed(1)} px after ${dragged.iterations}`
    : 'none';

const random = uniformNumbers(seed);
const rows = [];
const from = Number(values.from);
for (let picture = 0; picture < from + Number(values.count); picture++) {
  const factors = factorsFrom(Array.from({ length: factorCount }, random));
  if (picture < from) continue;
  const { rgb } = await render([factors]);
  const rgba = new Uint8ClampedArray(4 * side * side);
  for (let pixel = 0; pixel < side * side; pixel++) {
    rgba.set(rgb.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    rgba[4 * pixel + 3] = 255;
  }
  const target: PixelImage = { width: side, height: side, rgba };
  const inversion = model.invert(target, options);
  const best: Record<string, number> = {};
  inversion.on('iteration', ({ stage, psnr }) => {
    best[stage] = psnr;
  });
  const began = performance.now();
  const { psnr } = await inversion.run();
  const nose = landmarkPixel(factors, 'nose', side);
  const handle = { row: Math.round(nose.row), column: Math.round(nose.column) };
  const dragged = await dragFound(inversion, handle);
  const tuned = await tune(target, inversion, handle);
  const seconds = (performance.now() - began) / 1000;
  rows.push({ picture, start: best.samples, w: best.w, w_plus: psnr, dragged, tuned, seconds });
  process.stderr.write(
    `${picture}: samples ${show(best.samples)}, W ${show(best.w)}, W+ ${show(psnr)}, tuned ${show(tuned?.psnr)} dB; ` +
      `drag in W+ ${showDrag(dragged)}; tuned ${showDrag(tuned?.dragged)}; ${seconds.toFixed(0)} s\n`,
  );
}
const tunedRows = rows.flatMap(({ tuned }) => (tuned ? [tuned] : []));
const result = {
  driver,
  options,
  rows,
  median_w_plus: median(rows.map(({ w_plus }) => w_plus)),
  median_tuned: median(tunedRows.map(({ psnr }) => psnr)),
  median_found: median(rows.map(({ dragged }) => dragged.found)),
  median_found_tuned: median(tunedRows.map(({ dragged }) => dragged.found)),
};
process.stdout.write(
  values.json
    ? `${JSON.stringify(result)}\n`
    : `medians over ${rows.length} pictures: W+ ${show(result.median_w_plus)} dB, content ${show(result.median_found)} px off its target; tuned ${show(result.median_tuned)} dB, ${show(result.median_found_tuned)} px\n`,
);
process.exit(0);
