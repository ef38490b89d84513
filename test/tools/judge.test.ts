import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { demoFile } from '../../bench/quality/case_sets.ts';
import { gripSpots } from '../../bench/quality/drawn_cases.ts';
import { basisOf, openScene, placed } from '../../bench/quality/scene.ts';
import { median } from '../../src/bench/statistics.ts';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { openNodeGpu } from '../../src/node/gpu/node_gpu.ts';
import { loadJudge, locate } from '../../tools/judge/judge.ts';
import {
  doubledOnto,
  type Map3,
  mixed,
  shuffled,
  step,
  unshuffled,
} from '../../tools/judge/network.ts';
import { factorNames } from '../../tools/train-demo/factors.ts';
import { uniformNumbers } from '../../tools/train-demo/random.ts';
import { apart, findSpot } from '../../tools/train-demo/surface.ts';

const random = uniformNumbers(1);
const floats = (length: number) => Float32Array.from({ length }, () => 2 * random() - 1);
const map = (channels: number, side: number): Map3 => ({
  channels,
  side,
  values: floats(channels * side * side),
});
const at = ({ side, values }: Map3, c: number, row: number, column: number): number =>
  row < 0 || column < 0 || row >= side || column >= side
    ? 0
    : values[(c * side + row) * side + column];

describe("the judge's layers", () => {
  it.each([1, 2] as const)('convolve 3 × 3 with stride %d', (stride) => {
    const x = map(3, 8);
    const layer = { outputs: 4, inputs: 3, weight: floats(4 * 27), bias: floats(4) };
    const y = step(x, layer, stride);
    expect(y.side).toBe(8 / stride);
    for (let o = 0; o < 4; o++)
      for (let row = 0; row < y.side; row++)
        for (let column = 0; column < y.side; column++) {
          let sum = layer.bias[o];
          for (let tap = 0; tap < 27; tap++) {
            const [c, dy, dx] = [Math.floor(tap / 9), Math.floor(tap / 3) % 3, tap % 3];
            sum +=
              layer.weight[o * 27 + tap] *
              at(x, c, row * stride + dy - 1, column * stride + dx - 1);
          }
          expect(at(y, o, row, column)).toBeCloseTo(Math.max(0, sum), 5);
        }
  });

  it('mix channels', () => {
    const x = map(3, 4);
    const layer = { outputs: 2, inputs: 3, weight: floats(6), bias: floats(2) };
    const sum = [0, 1, 2].reduce((s, c) => s + layer.weight[3 + c] * at(x, c, 2, 1), layer.bias[1]);
    expect(at(mixed(x, layer), 1, 2, 1)).toBeCloseTo(sum, 5);
  });

  it('turn pixels to channels and back', () => {
    const x = map(3, 4);
    expect(at(unshuffled(x), 4 + 2, 1, 0)).toBe(at(x, 1, 3, 0));
    expect(shuffled(unshuffled(x))).toEqual(x);
  });

  it('double a map onto another', () => {
    const [skip, x] = [map(2, 4), map(2, 2)];
    const sum = at(skip, 1, 3, 1) + at(x, 1, 1, 0);
    expect(at(doubledOnto(skip, x), 1, 3, 1)).toBeCloseTo(sum, 6);
  });
});

describe('the judge', async () => {
  const judge = loadJudge();
  const basis = basisOf(parseSafetensors(new Uint8Array(readFileSync(demoFile))));
  const { gpu } = await openNodeGpu();
  const scene = await openScene(gpu, basis);
  afterAll(() => scene.destroy());

  it('finds spots and factors of renders that it has not seen', async () => {
    const factors = [901, 902, 903, 904].map((seed) => placed({ seed }, basis).factors);
    const errors: number[] = [];
    const off: number[] = [];
    for (const [n, view] of (await scene.render(factors)).entries()) {
      const seen = judge(view.picture);
      for (const spot of gripSpots(view, 12, random)) {
        const truth = findSpot(view.surface, spot);
        if (truth) errors.push(apart(locate(seen, spot), truth));
      }
      for (const name of factorNames) off.push(Math.abs(seen.factors[name] - factors[n][name]));
    }
    expect(errors.length).toBeGreaterThan(40);
    expect(median(errors)).toBeLessThan(2);
    // A guess of 0.5 is off by 0.25.
    expect(off.reduce((sum, x) => sum + x, 0) / off.length).toBeLessThan(0.16);
  });

  it('refuses pictures of another size', () => {
    expect(() => judge({ side: 64, rgb: new Uint8Array(3 * 64 * 64) })).toThrow(/128 pixels/);
  });
});
