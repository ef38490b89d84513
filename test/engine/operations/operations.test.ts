import { beforeAll, describe, expect, it } from 'vitest';
import { gradientOf } from '../../../src/engine/graph/reversal.ts';
import { PipelineCache } from '../../../src/engine/kernels/pipelines.ts';
import {
  type Layout,
  pack,
  paddedChannels,
  vectorStride,
} from '../../../src/engine/memory/layouts.ts';
import { type OperationName, operationTable } from '../../../src/engine/operations/operations.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { openTestDevice } from '../../support/test_device.ts';
import { type Case, cases } from '../../twins/cases.ts';
import { compareWithTwin } from '../../twins/figures.ts';
import { buildOperationTrial, differentiableInputs } from '../../twins/operation_trial.ts';
import type { TrialResources } from '../../twins/plan_trial.ts';

let resources: TrialResources;

beforeAll(async () => {
  const device = await openTestDevice();
  resources = { device, pipelines: new PipelineCache(device, nodeShaders) };
});

const names = Object.keys(operationTable) as OperationName[];
const show = ({ sizes }: Case): string =>
  Object.entries(sizes)
    .map(([size, value]) => `${size} ${value}`)
    .join(', ');

const tried = names.flatMap((name) => cases[name].map((one) => ({ name, one, sizes: show(one) })));

/**
 * Vectors whose padding is read: by kernels that take four channels at a time, so up to a multiple of four. Maps are
 * always read so. Other vectors are read value by value, and what lies behind their values is nobody's.
 */
const readInFours = ['fully_connected.y', 'demodulate.demodulation'];

describe.each(tried)('$name with $sizes', ({ name, one }) => {
  const { outputs } = operationTable[name];
  const differentiable = differentiableInputs(name, one);

  it('agrees with its twin', async () => {
    const figures = await compareWithTwin(name, one, resources);
    const compared = figures.map(({ tensor }) => tensor);
    for (const input of differentiable) expect(compared).toContain(gradientOf(input));
    expect(figures.length).toBeGreaterThan(0);
    expect(figures.filter(({ difference, tolerance }) => !(difference <= tolerance))).toEqual([]);
  });

  it('fills the padding that others read with zeros', async () => {
    const { trial } = await buildOperationTrial(name, one, differentiable, resources);
    if (differentiable.length > 0) trial.plan.setParams(name, { accumulate: 0 });
    trial.run();
    for (const tensor of [...outputs, ...differentiable.map(gradientOf)]) {
      const { layout, shape } = trial.tensor(tensor);
      if (layout !== 'map' && !readInFours.includes(`${name}.${tensor}`)) continue;
      const padding = paddingOf(layout, shape, await trial.readDevice(tensor));
      expect(padding.filter((value) => value !== 0)).toEqual([]);
    }
    trial.destroy();
  });

  it('makes one gradient to the same bits as all', async () => {
    const all = await gradients(differentiable);
    for (const input of differentiable) {
      const [alone] = await gradients([input]);
      expect(alone).toEqual(all[differentiable.indexOf(input)]);
    }
  });

  /** Of the inputs that are wanted, from a plan that makes no others. */
  async function gradients(wanted: readonly string[]): Promise<Float32Array[]> {
    const { trial } = await buildOperationTrial(name, one, wanted, resources);
    const written = trial.plan.steps
      .filter(({ direction }) => direction === 'backward')
      .flatMap(({ entry }) => operationTable[name].backward[entry].writes);
    for (const input of differentiable)
      expect(written.includes(gradientOf(input))).toBe(wanted.includes(input));
    if (wanted.length > 0) trial.plan.setParams(name, { accumulate: 0 });
    trial.run();
    const values = [];
    for (const input of wanted) values.push(await trial.read(gradientOf(input)));
    trial.destroy();
    return values;
  }
});

/** Device floats between the values of a tensor, as far as kernels that take four channels at a time read them. */
function paddingOf(layout: Layout, shape: readonly number[], device: Float32Array): number[] {
  const isValue = pack(layout, shape, new Float32Array(product(shape)).fill(1));
  const stride = layout === 'vector' ? vectorStride(shape[shape.length - 1]) : device.length;
  const read = layout === 'vector' ? paddedChannels(shape[shape.length - 1]) : device.length;
  return [...device].filter((_, at) => isValue[at] === 0 && at % stride < read);
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
