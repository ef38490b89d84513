import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/engine/graph/reversal.ts';
import { TensorStore } from '../../src/engine/memory/tensors.ts';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { imageLoss } from '../../src/inversion/image_loss.ts';
import { mapName, noiseMaps, noisyLayers } from '../../src/inversion/noise_maps.ts';
import { NoiseSearch } from '../../src/inversion/noise_search.ts';
import { rateAt } from '../../src/inversion/options.ts';
import { PivotalTuning } from '../../src/inversion/pivotal_tuning.ts';
import { SearchStage } from '../../src/inversion/stage.ts';
import { Generator } from '../../src/models/stylegan2/device/generator.ts';
import { lastBlock } from '../../src/models/stylegan2/network/config.ts';
import { convolutionLayers } from '../../src/models/stylegan2/network/layers.ts';
import { noiseMapCalls } from '../../src/models/stylegan2/network/noise_maps.ts';
import { synthesisCalls } from '../../src/models/stylegan2/network/synthesis.ts';
import { weightEnergyCalls } from '../../src/models/stylegan2/network/weight_energies.ts';
import { type OddShape, oddWeights } from '../support/odd_weights.ts';
import { openTestEngine } from '../support/test_device.ts';
import { givenTensors, latentRows, runTwins } from '../twins/network.ts';
import { normalize_noise } from '../twins/noise.ts';
import { Random } from '../twins/random.ts';
import { Tensor, type Tensors } from '../twins/twin.ts';

const common = { zDim: 6, wDim: 6, mappingLayers: 1, convClamp: null, noise: true };
const shapes: readonly (OddShape & { readonly what: string })[] = [
  { what: '32 × 16 pixels', constant: [4, 2], channels: [4, 5, 3, 4], imgChannels: 3, ...common },
  { what: '40 × 24 pixels', constant: [5, 3], channels: [3, 4, 4, 3], imgChannels: 1, ...common },
];

/** A slope that is smaller than this part of the steepest may have either sign in f32. */
const flat = 1e-3;

/** Central differences of `loss` along some values of a tensor, by their indices. */
function slopes(
  loss: (tensors: Tensors) => number,
  name: string,
  { shape, values }: Tensor,
  indices: readonly number[],
): number[] {
  const step = 1e-6;
  const at = (index: number, change: number): number => {
    const changed = values.slice();
    changed[index] += change;
    return loss({ [name]: new Tensor(shape, changed) });
  };
  return indices.map((index) => (at(index, step) - at(index, -step)) / (2 * step));
}

/** Adam's first step: as long as the rate, wherever the slope is not flat. */
function expectFirstStep(
  moved: readonly number[],
  slopes: readonly number[],
  rate: number,
  what: string,
): void {
  const steepest = Math.max(...slopes.map(Math.abs));
  expect(steepest, what).toBeGreaterThan(0);
  const steep = [...slopes.keys()].filter((i) => Math.abs(slopes[i]) > flat * steepest);
  expect(steep.length, what).toBeGreaterThan(0.6 * slopes.length);
  for (const i of steep)
    expect(moved[i] / rate, `${what}, value ${i}`).toBeCloseTo(-Math.sign(slopes[i]), 2);
}

const all = (length: number): number[] => [...Array(length).keys()];

describe.each(shapes)('a network that draws $what', (shape) => {
  const weights = oddWeights(shape);
  const { config } = weights;
  const given = givenTensors(weights);
  const random = new Random(7);
  const ws = Float32Array.from({ length: config.numWs * config.wDim }, () => random.normal());
  const image = [1, config.imgChannels, config.height, config.width];
  const target = Float32Array.from({ length: image.reduce((a, b) => a * b, 1) }, () =>
    random.normal(),
  );
  const goal = { target_image: new Tensor(image, Float64Array.from(target)) };
  const rows = latentRows(config, Float64Array.from(ws));
  const network = synthesisCalls(config, { upTo: lastBlock(config), image: true });
  const loss = imageLoss(config, target);
  const lossOf =
    (calls: readonly Call[]) =>
    (changed: Tensors): number =>
      runTwins(calls, { ...given, ...goal, ...rows, ...changed });

  it('is inverted by the steps that finite differences of its twins say, noise included', async () => {
    const generator = await Generator.load(await openTestEngine(), weights);
    const options = { regularization: 0, noise: true, noiseRegularization: 0.1 };
    const stage = await SearchStage.create(generator, 'w+', target, ws, options);
    const maps = await noiseMaps(generator);
    stage.place(ws, maps);
    const layers = noisyLayers(generator);
    expect(layers).toHaveLength(7);
    const before = await stage.judge();
    const drawn = [...noiseMapCalls(config, layers), ...network, ...loss.calls];
    expect(before.loss / lossOf(drawn)({})).toBeCloseTo(1, 5);

    const rate = 1e-3;
    stage.step(rate);
    const after = await stage.judge();
    const store = new TensorStore(generator.engine.device);
    const search = new NoiseSearch(store, config, layers, options.noiseRegularization);
    const total = lossOf([...drawn, ...search.regularizer]);
    for (let row = 0; row < config.numWs; row++) {
      const name = `ws.${row}`;
      const begin = row * config.wDim;
      const moved = all(config.wDim).map((i) => after.ws[begin + i] - ws[begin + i]);
      expectFirstStep(moved, slopes(total, name, rows[name], all(config.wDim)), rate, name);
    }
    // The two smallest maps: each entry of the larger ones would take the twins a while.
    for (const name of layers.slice(0, 2).map(mapName)) {
      const map = given[name];
      const slope = slopes(total, name, map, all(map.values.length));
      const stepped = map.values.map((value, i) => value - rate * Math.sign(slope[i]));
      const { x } = normalize_noise({ x: new Tensor(map.shape, stepped) }, {});
      const found = after.noise.get(name) ?? new Float32Array();
      const errors = x.values.map((value, i) => Math.abs(value - found[i]));
      expect(Math.max(...errors), name).toBeLessThan(0.02 * rate);
    }
    store.destroy();
    stage.destroy();
    generator.destroy();
  });

  it('is fine-tuned by the steps that finite differences of its twins say', async () => {
    const generator = await Generator.load(await openTestEngine(), weights);
    const options = { learningRate: 1e-3, steps: 10, locality: 0.1 };
    const tuning = await PivotalTuning.create(generator, ws, loss, options);
    await tuning.run({ steps: 1 });
    const rate = rateAt(0.5 / options.steps, options.learningRate);
    const { tensors } = parseSafetensors(await tuning.delta());
    const layers = convolutionLayers(config);
    const total = lossOf([
      ...weightEnergyCalls(config, layers),
      ...noiseMapCalls(config, layers),
      ...network,
      ...loss.calls,
    ]);
    const tuned = [...tensors].filter(([name]) => name.startsWith('synthesis.'));
    expect(tuned).toHaveLength(1 + 7 * 3 + 4 * 2);
    for (const [name, { shape: sizes, data }] of tuned) {
      const values = data();
      expect(sizes, name).toEqual(weights.tensors.get(name)?.shape);
      // Three values of each, all over the tensor.
      const count = Math.min(3, values.length);
      const indices = all(count).map((k) => Math.floor(((k + 0.5) / count) * values.length));
      const moved = indices.map((index) => values[index]);
      expectFirstStep(moved, slopes(total, name, given[name], indices), rate, name);
    }
    tuning.destroy();
    generator.destroy();
  });
});
