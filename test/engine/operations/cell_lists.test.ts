import { beforeAll, describe, expect, it } from 'vitest';
import { gradientOf } from '../../../src/engine/graph/reversal.ts';
import { PipelineCache } from '../../../src/engine/kernels/pipelines.ts';
import type { EntryPoint } from '../../../src/engine/operations/operation.ts';
import { type OperationName, operationTable } from '../../../src/engine/operations/operations.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { openTestDevice } from '../../support/test_device.ts';
import { cases } from '../../twins/cases.ts';
import { relativeDifference } from '../../twins/finite_differences.ts';
import { buildOperationTrial, differentiableInputs } from '../../twins/operation_trial.ts';
import type { CellChoice, TrialResources } from '../../twins/plan_trial.ts';

let resources: TrialResources;

beforeAll(async () => {
  const device = await openTestDevice();
  resources = { device, pipelines: new PipelineCache(device, nodeShaders) };
});

/** Outputs and gradients that are made cell by cell, or summed over cells. */
function coveredTensors(name: OperationName): string[] {
  const { outputs } = operationTable[name];
  return [...outputs, ...differentiableInputs(name).map(gradientOf)].filter(
    (tensor) => maker(name, tensor).over !== undefined,
  );
}

/** The entry point that makes a tensor. */
function maker(name: OperationName, tensor: string): EntryPoint {
  const { forward, backward } = operationTable[name];
  const entry = Object.values({ ...forward, ...backward }).find(({ writes }) =>
    writes.includes(tensor),
  );
  if (!entry) throw new RangeError(`nothing in ${name} makes ${tensor}`);
  return entry;
}

const listed = (Object.keys(operationTable) as OperationName[]).filter(
  (name) => cases[name].length > 1 && coveredTensors(name).length > 0,
);

const even: CellChoice = (row, column) => ((row + column) % 2 === 0 ? 'chosen' : 'none');
const odd: CellChoice = (row, column) => ((row + column) % 2 === 1 ? 'chosen' : 'none');
const ringed: CellChoice = (row, column) => ((row + column) % 2 === 0 ? 'chosen' : 'ring');

interface Result {
  readonly tensor: string;
  /** Made cell by cell, with shape (N,C,H,W); the others are summed over cells. */
  readonly isMap: boolean;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Outputs and gradients where kernels cover the chosen cells alone; the rest stays NaN. */
async function run(name: OperationName, choice?: CellChoice): Promise<Result[]> {
  const one = cases[name][1];
  const wanted = differentiableInputs(name);
  const { trial } = await buildOperationTrial(name, one, wanted, resources, choice);
  if (wanted.length > 0) trial.plan.setParams(name, { accumulate: 0 });
  trial.run();
  const results: Result[] = [];
  for (const tensor of coveredTensors(name)) {
    const { layout, shape } = trial.tensor(tensor);
    const values = await trial.read(tensor);
    // Noise is a map that all channels have in common.
    const isNoise = layout === 'plain' && tensor === gradientOf('noise');
    const isMap = layout === 'map' || isNoise;
    results.push({ tensor, isMap, shape: isNoise ? [1, 1, ...shape] : shape, values });
  }
  trial.destroy();
  return results;
}

/** A map (N,C,H,W) with `rest` where no cell was chosen. */
function onCells(
  name: OperationName,
  { tensor, values, shape: [, , height, width] }: Result,
  choice: CellChoice,
  rest: number,
) {
  // Blocks are 2×2 pixels.
  const pixels = maker(name, tensor).over === 'blocks' ? 2 : 1;
  return values.map((value, i) => {
    const row = Math.floor(i / width) % height;
    const cell = choice(Math.floor(row / pixels), Math.floor((i % width) / pixels));
    return cell === 'chosen' ? value : rest;
  });
}

describe.each(listed)('%s', (name) => {
  it('makes the cells that are listed, to the bit, and touches no other', async () => {
    const all = await run(name);
    const some = await run(name, even);
    const others = await run(name, odd);
    for (const [k, whole] of all.entries()) {
      const { tensor, isMap, values } = whole;
      if (isMap) {
        expect(some[k].values, tensor).toEqual(onCells(name, whole, even, Number.NaN));
        expect(others[k].values, tensor).toEqual(onCells(name, whole, odd, Number.NaN));
      } else {
        const sum = some[k].values.map((value, i) => value + others[k].values[i]);
        expect(relativeDifference(sum, values), tensor).toBeLessThan(2e-6);
      }
    }
  });

  it('sets the ring to zero where the next kernel reads it, and leaves it elsewhere', async () => {
    const all = await run(name);
    for (const [k, { tensor, isMap, values }] of (await run(name, ringed)).entries()) {
      const rest = maker(name, tensor).ring ? 0 : Number.NaN;
      if (isMap) expect(values, tensor).toEqual(onCells(name, all[k], ringed, rest));
    }
  });

  it('touches nothing where no cell is listed', async () => {
    for (const { tensor, isMap, values } of await run(name, () => 'none'))
      expect(new Set(values), tensor).toEqual(new Set([isMap ? Number.NaN : 0]));
  });
});
