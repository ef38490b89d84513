/**
 * How near does an inversion come? Pictures of our own renderer that the demo model was not trained on:
 *
 *   npx tsx bench/inversion.ts [--model weights/demo.safetensors] [--count 20] [--seed N] [--steps N] [--samples N]
 *                              [--lr X] [--w-share X] [--reg X] [--tuning-steps N] [--tuning-lr X] [--json]
 *
 * Their factors are drawn anew, and the renderer is not the generator: none of them lies in its range exactly.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openNodeGpu } from '../src/cli/node_gpu.ts';
import { nodeShaders } from '../src/cli/node_shaders.ts';
import { loadModel, openEngine, type PixelImage, peakSignalToNoise } from '../src/index.ts';
import { factorCount, factorsFrom } from '../tools/train-demo/factors.ts';
import { createRenderer } from '../tools/train-demo/renderer.ts';

/** Factors of the training set were drawn by another generator. */
const usualSeed = 20_261_125;
const antialiasing = 3;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'weights/demo.safetensors' },
    count: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(usualSeed) },
    steps: { type: 'string' },
    samples: { type: 'string' },
    lr: { type: 'string' },
    'w-share': { type: 'string' },
    reg: { type: 'string' },
    'tuning-steps': { type: 'string', default: '0' },
    'tuning-lr': { type: 'string', default: '0.01' },
    json: { type: 'boolean', default: false },
  },
});

/** Numbers from 0 to 1 (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

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
};
const options = Object.fromEntries(
  Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, Number(value)]),
);
const { gpu, driver } = await openNodeGpu();
const engine = await openEngine(gpu, { shaders: nodeShaders });
const model = await loadModel(engine, readFileSync(values.model), { file: values.model });
const side = model.config.resolution;
const render = await createRenderer(engine.device, {
  resolution: side,
  samples: antialiasing,
  batch: 1,
  canonical: false,
});

async function tune(target: PixelImage, pivot: Float32Array): Promise<number | undefined> {
  const steps = Number(values['tuning-steps']);
  if (steps === 0) return undefined;
  const tuning = await model.tunePicture(target, pivot, {
    learningRate: Number(values['tuning-lr']),
    locality: 0,
  });
  await tuning.run({ steps });
  const psnr = peakSignalToNoise(await tuning.generate(), target);
  tuning.destroy();
  return psnr;
}

const random = uniform(Number(values.seed));
const rows = [];
for (let picture = 0; picture < Number(values.count); picture++) {
  const factors = factorsFrom(Array.from({ length: factorCount }, random));
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
  const tuned = await tune(target, inversion.latent());
  const seconds = (performance.now() - began) / 1000;
  const row = { picture, start: best.samples, w: best.w, w_plus: psnr, tuned, seconds };
  rows.push(row);
  const show = (value: number | undefined): string => (value ?? Number.NaN).toFixed(2);
  process.stderr.write(
    `${picture}: samples ${show(row.start)}, W ${show(row.w)}, W+ ${show(psnr)}, tuned ${show(tuned)} dB, ${seconds.toFixed(0)} s\n`,
  );
}
const result = {
  driver,
  options,
  rows,
  median_w_plus: median(rows.map(({ w_plus }) => w_plus)),
  median_tuned: median(rows.flatMap(({ tuned }) => (tuned === undefined ? [] : [tuned]))),
};
process.stdout.write(
  values.json
    ? `${JSON.stringify(result)}\n`
    : `median W+ ${result.median_w_plus.toFixed(2)} dB, tuned ${result.median_tuned?.toFixed(2)} dB over ${rows.length} pictures\n`,
);
process.exit(0);
