import { beforeAll, describe, expect, it } from 'vitest';
import { gradientOf } from '../../../../src/engine/graph/reversal.ts';
import { PipelineCache } from '../../../../src/engine/kernels/pipelines.ts';
import { ShaderError } from '../../../../src/engine/kernels/shaders.ts';
import {
  type OperationName,
  operationTable,
} from '../../../../src/engine/operations/operations.ts';
import { nodeShaders } from '../../../../src/node/gpu/node_shaders.ts';
import { openTestEngine } from '../../../support/test_device.ts';
import { type Case, cases } from '../../../twins/cases.ts';
import { compareWithTwin, type Figure } from '../../../twins/figures.ts';
import { differentiableInputs } from '../../../twins/operation_trial.ts';
import { compareWithOwnForward } from '../../../twins/own_forward.ts';
import type { TrialResources } from '../../../twins/plan_trial.ts';

/** Those that read the weights of convolutions as they are stored. */
const names: OperationName[] = [];
for (const name of Object.keys(operationTable) as OperationName[])
  if (/^\/\/ uses .*lib\/weights\b/m.test(await nodeShaders(operationTable[name].shader)))
    names.push(name);

/** Those that are tried by themselves; others come with the layers around them (fused_layers.test.ts). */
const tried = names.filter((name) => cases[name].length > 0);

/** One shape with odd channels and sides, with whatever parameters the operation is tried. */
const odd = (name: OperationName): Case[] =>
  cases[name].filter(({ sizes }) => sizes.inputs === 5 && (sizes.splits ?? 7) === 7);

let resources: TrialResources;

beforeAll(async () => {
  resources = { ...(await openTestEngine()), precision: 'f16' };
});

const outside = (figures: readonly Figure[]): Figure[] =>
  figures.filter(({ difference, tolerance }) => !(difference <= tolerance));

describe('weights in f16', () => {
  it('are what every 3×3 convolution reads', () => {
    const convolutions = names.filter((name) => name.startsWith('conv3x3'));
    expect(convolutions.length).toBeGreaterThanOrEqual(6);
    const all = Object.keys(operationTable).filter((name) => name.startsWith('conv3x3'));
    expect(convolutions).toEqual(all);
  });

  it.each(tried)('give what the twin of %s gives', async (name) => {
    expect(odd(name).length).toBeGreaterThan(0);
    for (const one of odd(name)) {
      const figures = await compareWithTwin(name, one, resources);
      expect(figures.length).toBeGreaterThan(differentiableInputs(name).length);
      expect(outside(figures)).toEqual([]);
    }
  });

  it.each(tried)('have the gradient of the forward pass of %s', async (name) => {
    const figures = await compareWithOwnForward(name, odd(name)[0], resources);
    const gradients = differentiableInputs(name).map(gradientOf).sort();
    expect(figures.map(({ tensor }) => tensor).sort()).toEqual(gradients);
    expect(outside(figures)).toEqual([]);
  });

  it.each(Array.from({ length: 13 }, (_, i) => i + 1))('take %i channels', async (channels) => {
    for (const name of ['conv3x3_cells', 'conv3x3_up_cells'] as const) {
      const sizes = { samples: 1, inputs: channels, outputs: 14 - channels, height: 2, width: 3 };
      const one = { sizes, params: { cells_first: channels % 2 } };
      expect(outside(await compareWithTwin(name, one, resources))).toEqual([]);
    }
  });

  it('are read with no feature of the adapter', async () => {
    const { code, precision } = await resources.pipelines.shader('conv3x3', 'f16');
    expect(precision).toBe('f16');
    expect(code).toContain('unpack2x16float');
    expect(code).not.toMatch(/^\s*enable /m);
  });
});

it('refuses f16 weights in a shader that reads them in f32 alone', async () => {
  const { device } = await openTestEngine();
  const pipelines = new PipelineCache(device, nodeShaders);
  await expect(pipelines.kernel('to_rgb', 'forward', 'f16')).rejects.toThrow(ShaderError);
});

it('rebuilds an edited shader with the weights that it is in use with', async () => {
  const { device } = await openTestEngine();
  const edits = new Map<string, (code: string) => string>();
  const pipelines = new PipelineCache(device, async (name) => {
    const code = await nodeShaders(name);
    return edits.get(name)?.(code) ?? code;
  });
  const before = await pipelines.kernel('conv3x3', 'forward', 'f16');
  edits.set('conv3x3', (code) => code.replace('sums[k];', '2.0 * sums[k];'));
  await pipelines.reload('conv3x3');
  const after = await pipelines.kernel('conv3x3', 'forward', 'f16');
  expect(after).not.toBe(before);
  expect(after.shader.precision).toBe('f16');
  expect(after.shader.code).toContain('2.0 * sums[k];');
  edits.set('conv3x3', () => 'this is no kernel');
  await expect(pipelines.reload('conv3x3')).rejects.toThrow(ShaderError);
  expect(await pipelines.kernel('conv3x3', 'forward', 'f16')).toBe(after);
});
