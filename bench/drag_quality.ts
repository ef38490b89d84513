/**
 * Does a drag do what it should? Twenty edits of the demo model whose right result is known:
 *
 *   npx tsx bench/drag_quality.ts [--model weights/demo.safetensors] [--json] [--sheet FILE.png]
 *                                 [--method best|reference --lr X --feature-block N …]
 *
 * Each starts at the z of its factors and drags true handles to true targets by the model's own
 * method and values, unless options say otherwise: those of `draggan drag`. It passes if the content is found within 3 pixels of every target, in the picture and
 * not by the tracker, and the picture around them came nearer to the rendered one, by 1 dB at least
 * (so that an edit whose content looks the same before does not pass by doing nothing).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseSafetensors } from '../src/formats/safetensors.ts';
import { type GivenOptions, loadModel, type Model, openEngine } from '../src/library/api.ts';
import { openNodeGpu } from '../src/node/gpu/node_gpu.ts';
import { nodeShaders } from '../src/node/gpu/node_shaders.ts';
import { dragOptionTable } from '../src/options/drag_options.ts';
import { methodNames } from '../src/options/methods.ts';
import { editSheet, type Panel } from '../tools/train-demo/edit_sheet.ts';
import { type Edit, type EditPoints, edits, maskOf, pointsOf } from '../tools/train-demo/edits.ts';
import type { Pixel } from '../tools/train-demo/landmarks.ts';
import { latentOf } from '../tools/train-demo/latents.ts';
import {
  type Picture,
  pictureOf,
  psnrAround,
  searchPatch,
} from '../tools/train-demo/patch_search.ts';
import { createRenderer, type Renderer } from '../tools/train-demo/renderer.ts';
import { benchOptions } from './command.ts';
import { dragFlags, optionsOfFlags } from './drag_flags.ts';

const nearEnough = 3; // pixels at 128
const around = 16; // pixels at 128
const leastGain = 1; // dB
const red: [number, number, number] = [235, 40, 40];
const blue: [number, number, number] = [40, 90, 255];

interface Outcome {
  edit: string;
  /** Largest distance from a handle to its target, in pixels. */
  way: number;
  /** Largest distance from a target to where its content is found, in pixels. */
  foundBefore: number;
  found: number;
  /** Largest distance from a target to the tracker's point, in pixels. */
  tracked: number;
  /** Decibels to the rendered picture of the right result, around handles and targets. */
  psnrBefore: number;
  psnr: number;
  iterations: number;
  passed: boolean;
}

const { values, json } = benchOptions(['model', 'sheet', 'method', 'steps', ...dragFlags]);
const modelFile = typeof values.model === 'string' ? values.model : 'weights/demo.safetensors';
const sheetFile = typeof values.sheet === 'string' ? values.sheet : undefined;

/** The options that the command line gives; the others are the method's and the model's own. */
function givenOptions(): GivenOptions {
  const method = methodNames.find((name) => name === values.method);
  if (values.method !== undefined && !method)
    throw new RangeError(`--method is none of ${methodNames.join(', ')}`);
  const given = dragFlags.flatMap((flag): [string, string][] => {
    const text = values[flag];
    return typeof text === 'string' ? [[flag, text]] : [];
  });
  return { ...(method && { method }), ...optionsOfFlags(given) };
}

function apart(a: Pixel, b: Pixel): number {
  return Math.hypot(a.row - b.row, a.column - b.column);
}

/** The worst distance over the points between what should be at their targets and where it is. */
function worstFound(wanted: Picture, actual: Picture, targets: Pixel[]): number {
  return Math.max(...targets.map((target) => searchPatch(wanted, actual, target).distance));
}

async function dragOne(
  model: Model,
  edit: Edit,
  latent: Float32Array,
  points: EditPoints,
  steps: number,
) {
  const side = model.config.resolution;
  const source = { z: latent };
  const ws = await model.latent(source);
  const session = await model.createDragSession(ws, givenOptions(), model.origin(source));
  session.setPoints(
    points.handles.map(({ row, column }, j) => ({
      handle: [row, column],
      target: [points.targets[j].row, points.targets[j].column],
    })),
  );
  session.setMask(maskOf(edit, side) ?? null);
  const before = pictureOf(await session.image());
  const { iterations } = await session.run({ steps });
  const after = pictureOf(await session.image());
  const ends = session.points.map(({ handle }) => ({ row: handle[0], column: handle[1] }));
  session.destroy();
  return { before, after, ends, iterations };
}

async function judge(model: Model, render: Renderer, basis: ArrayLike<number>, edit: Edit) {
  const side = model.config.resolution;
  const points = pointsOf(edit, side);
  const seed = edits.indexOf(edit);
  const steps = Number(
    values.steps ?? model.config.dragDefaults?.steps ?? dragOptionTable.steps.usual,
  );
  const latent = latentOf(edit.before, basis, seed);
  const { before, after, ends, iterations } = await dragOne(model, edit, latent, points, steps);
  const wanted: Picture = { side, rgb: (await render([edit.after])).rgb };
  const farthest = (from: Pixel[]) =>
    Math.max(...from.map((point, j) => apart(point, points.targets[j])));
  const [foundBefore, found] = [before, after].map((picture) =>
    worstFound(wanted, picture, points.targets),
  );
  const [psnrBefore, psnrAfter] = [before, after].map((picture) =>
    psnrAround(picture, wanted, [...points.handles, ...points.targets], (around * side) / 128),
  );
  const outcome: Outcome = {
    edit: edit.name,
    way: farthest(points.handles),
    foundBefore,
    found,
    tracked: farthest(ends),
    psnrBefore,
    psnr: psnrAfter,
    iterations,
    passed: found <= (nearEnough * side) / 128 && psnrAfter >= psnrBefore + leastGain,
  };
  const marks = (at: Pixel[], colour: [number, number, number]) =>
    at.map((pixel) => ({ at: pixel, colour }));
  const targets = marks(points.targets, blue);
  const panels: Panel[] = [
    { picture: before, marks: [...marks(points.handles, red), ...targets] },
    { picture: after, marks: targets },
    { picture: wanted, marks: [] },
  ];
  return { outcome, panels };
}

function describe(o: Outcome): string {
  const pixels = (x: number) => x.toFixed(1).padStart(5);
  return (
    `${o.passed ? 'pass' : 'FAIL'}  ${o.edit.padEnd(22)} way ${pixels(o.way)}  found` +
    ` ${pixels(o.foundBefore)} -> ${pixels(o.found)} px  tracked ${pixels(o.tracked)}  PSNR` +
    ` ${o.psnrBefore.toFixed(1)} -> ${o.psnr.toFixed(1)} dB  ${o.iterations} iterations`
  );
}

const bytes = new Uint8Array(readFileSync(modelFile));
const basis = parseSafetensors(bytes, modelFile).tensors.get('factors.basis');
if (!basis) throw new Error(`${modelFile} has no factors.basis: it is no model of the demo scene`);
const { gpu } = await openNodeGpu();
const engine = await openEngine(gpu, { shaders: nodeShaders });
const model = await loadModel(engine, bytes, { file: modelFile });
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('the WebGPU adapter is gone');
const rendering = await adapter.requestDevice();
const render = await createRenderer(rendering, {
  resolution: model.config.resolution,
  samples: 2,
  batch: 1,
  canonical: false,
});
const outcomes: Outcome[] = [];
const sheet: Panel[][] = [];
for (const edit of edits) {
  const { outcome, panels } = await judge(model, render, basis.data(), edit);
  outcomes.push(outcome);
  sheet.push(panels);
  if (!json) console.log(describe(outcome));
}
if (sheetFile) writeFileSync(sheetFile, editSheet(sheet, 4));
const passed = outcomes.filter((outcome) => outcome.passed).length;
if (json) console.log(JSON.stringify({ passed, of: edits.length, outcomes }, null, 2));
else console.log(`${passed} of ${edits.length} edits pass`);
rendering.destroy();
model.destroy();
engine.destroy();
