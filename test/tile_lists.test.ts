import { beforeAll, describe, expect, it } from 'vitest';
import { nodeShaders } from '../src/cli/node_shaders.ts';
import { type OperationName, operationTable, tileSide } from '../src/engine/operations.ts';
import { PipelineCache } from '../src/engine/pipelines.ts';
import { gradientOf } from '../src/engine/reversal.ts';
import { openTestDevice } from './test_device.ts';
import { cases } from './twins/cases.ts';
import { relativeDifference } from './twins/finite_differences.ts';
import { buildOperationTrial, differentiableInputs } from './twins/operation_trial.ts';
import type { TileChoice, TrialResources } from './twins/plan_trial.ts';

let resources: TrialResources;

beforeAll(async () => {
  const device = await openTestDevice();
  resources = { device, pipelines: new PipelineCache(device, nodeShaders) };
});

/** Outputs and gradients that are made tile by tile, or summed over tiles. */
function coveredTensors(name: OperationName): string[] {
  const { forward, backward, outputs } = operationTable[name];
  const made = Object.values({ ...forward, ...backward })
    .filter(({ over }) => over !== undefined)
    .flatMap(({ writes }) => writes);
  return [...outputs, ...differentiableInputs(name).map(gradientOf)].filter((tensor) =>
    made.includes(tensor),
  );
}

const tiled = (Object.keys(operationTable) as OperationName[]).filter(
  (name) => coveredTensors(name).length > 0,
);

const even: TileChoice = (row, column) => (row + column) % 2 === 0;
const odd: TileChoice = (row, column) => !even(row, column);

interface Result {
  readonly tensor: string;
  readonly layout: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Outputs and gradients where kernels cover the chosen tiles alone; the rest stays NaN. */
async function run(name: OperationName, isChosen?: TileChoice): Promise<Result[]> {
  // The second case has maps of several tiles.
  const one = cases[name][1];
  const wanted = differentiableInputs(name);
  const { trial } = await buildOperationTrial(name, one, wanted, resources, isChosen);
  trial.plan.setParams(name, { accumulate: 0 });
  trial.run();
  const results: Result[] = [];
  for (const tensor of coveredTensors(name)) {
    const { layout, shape } = trial.tensor(tensor);
    results.push({ tensor, layout, shape, values: await trial.read(tensor) });
  }
  trial.destroy();
  return results;
}

/** A map (N,C,H,W) with NaN where no chosen tile is. */
function onTiles(values: Float32Array, shape: readonly number[], isChosen: TileChoice) {
  const [, , height, width] = shape;
  const tile = (pixel: number) => Math.floor(pixel / tileSide);
  return values.map((value, i) => {
    const row = Math.floor(i / width) % height;
    return isChosen(tile(row), tile(i % width)) ? value : Number.NaN;
  });
}

describe.each(tiled)('%s', (name) => {
  it('makes the tiles that are listed, to the bit, and touches no other', async () => {
    const all = await run(name);
    const some = await run(name, even);
    const others = await run(name, odd);
    for (const [k, { tensor, layout, shape, values }] of all.entries()) {
      if (layout === 'map') {
        expect(some[k].values, tensor).toEqual(onTiles(values, shape, even));
        expect(others[k].values, tensor).toEqual(onTiles(values, shape, odd));
      } else {
        const sum = some[k].values.map((value, i) => value + others[k].values[i]);
        expect(relativeDifference(sum, values), tensor).toBeLessThan(2e-6);
      }
    }
  });

  it('touches nothing where no tile is listed', async () => {
    for (const { tensor, layout, values } of await run(name, () => false))
      expect(new Set(values), tensor).toEqual(new Set([layout === 'map' ? Number.NaN : 0]));
  });
});
