import { readFileSync } from 'node:fs';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { type Factors, factorCount, factorsFrom } from '../train-demo/factors.ts';
import type { Picture } from '../train-demo/patch_search.ts';
import { type Place, type Spot, type SurfaceMap, squaredOff } from '../train-demo/surface.ts';
import {
  doubledOnto,
  layerOf,
  linear,
  type Map3,
  mixed,
  shuffled,
  step,
  unshuffled,
} from './network.ts';

/** What the judge sees in a picture. */
export interface Judgement extends SurfaceMap {
  /** How likely each pixel shows each part: (pixel, part). */
  readonly likelihoods: Float32Array;
  /** The factors of the render that is most like the picture, each in [0, 1]. */
  readonly factors: Factors;
}

/** Reads 128 × 128 pictures of the demo's lions. */
export type Judge = (picture: Picture) => Judgement;

const side = 128;
const parts = 10;
/** Channels at 64², 32², 16², 8², 4², of the context and before the last layer, as network.py has them. */
const [a, b, c, d, e] = [20, 40, 80, 112, 128];
const context = 192;
const detail = 32;

const weightsFile = new URL('./judge.safetensors', import.meta.url);

/** @throws FormatError where the file is not the judge's */
export function loadJudge(bytes: Uint8Array = new Uint8Array(readFileSync(weightsFile))): Judge {
  const file = parseSafetensors(bytes, 'judge.safetensors');
  const layers = {
    first: layerOf(file, 'first', a, 12),
    down32: layerOf(file, 'down32', b, a),
    at32: layerOf(file, 'at32', b, b),
    down16: layerOf(file, 'down16', c, b),
    at16: layerOf(file, 'at16', c, c),
    down8: layerOf(file, 'down8', d, c),
    at8: layerOf(file, 'at8', d, d),
    down4: layerOf(file, 'down4', e, d),
    context: layerOf(file, 'context', context, 16 * e, 1),
    factors: layerOf(file, 'factors', factorCount, context, 1),
    spread: layerOf(file, 'spread', d, context, 1),
    narrow16: layerOf(file, 'narrow16', c, d, 1),
    up16: layerOf(file, 'up16', c, c),
    narrow32: layerOf(file, 'narrow32', b, c, 1),
    up32: layerOf(file, 'up32', b, b),
    narrow64: layerOf(file, 'narrow64', a, b, 1),
    up64: layerOf(file, 'up64', detail, a),
    detail: layerOf(file, 'detail', detail, detail),
    last: layerOf(file, 'last', 4 * (parts + 3), detail, 1),
  };
  return (picture) => {
    if (picture.side !== side)
      throw new RangeError(`the judge reads pictures of ${side} pixels, not ${picture.side}`);
    const at64 = step(unshuffled(imageOf(picture)), layers.first);
    const at32 = step(step(at64, layers.down32, 2), layers.at32);
    const at16 = step(step(at32, layers.down16, 2), layers.at16);
    const at8 = step(step(at16, layers.down8, 2), layers.at8);
    const known = linear(step(at8, layers.down4, 2).values, layers.context).map((x) =>
      Math.max(0, x),
    );
    const informed = withContext(at8, linear(known, layers.spread));
    const up16 = step(doubledOnto(at16, mixed(informed, layers.narrow16)), layers.up16);
    const up32 = step(doubledOnto(at32, mixed(up16, layers.narrow32)), layers.up32);
    const up64 = step(doubledOnto(at64, mixed(up32, layers.narrow64)), layers.up64);
    const outputs = shuffled(mixed(step(up64, layers.detail), layers.last));
    const factors = linear(known, layers.factors).map((u) => Math.min(1, Math.max(0, u)));
    return { side, ...surfaceOf(outputs.values), factors: factorsFrom(factors) };
  };
}

/** (3, side, side) in [−1, 1]. */
function imageOf({ rgb }: Picture): Map3 {
  const cells = side * side;
  const values = Float32Array.from(
    { length: 3 * cells },
    (_, i) => rgb[3 * (i % cells) + Math.floor(i / cells)] / 127.5 - 1,
  );
  return { channels: 3, side, values };
}

/** Adds a number a channel. */
function withContext(x: Map3, added: Float32Array): Map3 {
  const cells = x.side ** 2;
  return { ...x, values: x.values.map((value, i) => value + added[Math.floor(i / cells)]) };
}

/** Scores and coordinates, channel by channel, to what each pixel shows. */
function surfaceOf(outputs: Float32Array): Pick<Judgement, 'parts' | 'canonical' | 'likelihoods'> {
  const cells = side * side;
  const likelihoods = new Float32Array(cells * parts);
  const canonical = new Float32Array(cells * 3);
  const likeliest = new Uint8Array(cells);
  for (let i = 0; i < cells; i++) {
    const scores = Array.from({ length: parts }, (_, part) => outputs[part * cells + i]);
    const highest = Math.max(...scores);
    const shares = scores.map((score) => Math.exp(score - highest));
    const all = shares.reduce((sum, share) => sum + share, 0);
    likeliest[i] = scores.indexOf(highest);
    shares.forEach((share, part) => {
      likelihoods[i * parts + part] = share / all;
    });
    for (let k = 0; k < 3; k++) canonical[3 * i + k] = outputs[(parts + k) * cells + i];
  }
  return { parts: likeliest, canonical, likelihoods };
}

/** What a pixel that shows another part for sure counts as, in units of the lion away from the spot. */
const otherPart = 0.2;
/** How much farther than the nearest pixel one may be and still count, in units of the lion. */
const softness = 0.02;
/** Pixels around the nearest one that count. */
const around = 3;

/**
 * Where the content of a spot is, to a fraction of a pixel: the mean of the pixels around the most alike one, those more
 * that are more alike. There is always an answer; where the picture has lost the spot it is a far one.
 */
export function locate(seen: Judgement, spot: Spot): Place {
  const off = new Float32Array(side * side);
  let nearest = 0;
  for (let i = 0; i < off.length; i++) {
    const unlikely = 1 - seen.likelihoods[i * parts + spot.part];
    off[i] = Math.sqrt(squaredOff(seen, i, spot) + (otherPart * unlikely) ** 2);
    if (off[i] < off[nearest]) nearest = i;
  }
  const [row, column] = [Math.floor(nearest / side), nearest % side];
  let [sum, rows, columns] = [0, 0, 0];
  for (let y = Math.max(0, row - around); y <= Math.min(side - 1, row + around); y++)
    for (let x = Math.max(0, column - around); x <= Math.min(side - 1, column + around); x++) {
      const weight = Math.exp(-(((off[y * side + x] - off[nearest]) / softness) ** 2));
      sum += weight;
      rows += weight * y;
      columns += weight * x;
    }
  return { row: rows / sum, column: columns / sum };
}
