import { beforeAll, describe, expect, it } from 'vitest';
import { nodeShaders } from '../src/cli/node_shaders.ts';
import type { Engine } from '../src/engine/device.ts';
import type { OperationName } from '../src/engine/operations.ts';
import { PipelineCache } from '../src/engine/pipelines.ts';
import { gradientOf } from '../src/engine/reversal.ts';
import { ShaderError } from '../src/engine/shaders.ts';
import { openTestEngine } from './test_device.ts';
import { type Case, cases } from './twins/cases.ts';
import { compareWithTwin } from './twins/figures.ts';
import { differentiableInputs } from './twins/operation_trial.ts';
import { compareWithOwnForward } from './twins/own_forward.ts';

/** Those that read weights in f16. */
const names = [
  'conv3x3',
  'conv3x3_cells',
  'conv3x3_modulated',
  'conv3x3_split_k',
  'conv3x3_up',
  'conv3x3_up_cells',
  'conv3x3_up_modulated',
  'conv3x3_up_split_k',
] as const satisfies readonly OperationName[];

/** One shape with odd channels and sides, with whatever parameters the operation is tried. */
const odd = (name: OperationName): Case[] =>
  cases[name].filter(({ sizes }) => sizes.inputs === 5 && sizes.splits !== 64);

const forms = ['read as f16', 'unpacked from words'] as const;

let engines: Record<(typeof forms)[number], Engine>;

beforeAll(async () => {
  engines = {
    'read as f16': await openTestEngine(),
    // An adapter without shader-f16, as SwiftShader is one.
    'unpacked from words': await openTestEngine([]),
  };
});

describe.each(forms)('weights in f16, %s', (form) => {
  it('are read so by the kernels', async () => {
    const { pipelines, device } = engines[form];
    expect(device.features.has('shader-f16')).toBe(form === 'read as f16');
    const { code, precision } = await pipelines.shader('conv3x3', 'f16');
    expect(precision).toBe('f16');
    expect(code.startsWith('enable f16; // Modulated 3×3')).toBe(form === 'read as f16');
    expect(code.includes('unpack2x16float')).toBe(form === 'unpacked from words');
  });

  it.each(names)('give what the twin of %s gives', async (name) => {
    const resources = { ...engines[form], precision: 'f16' as const };
    expect(odd(name).length).toBeGreaterThan(0);
    for (const one of odd(name)) {
      const figures = await compareWithTwin(name, one, resources);
      expect(figures.length).toBeGreaterThan(2);
      expect(figures.filter(({ difference, tolerance }) => !(difference <= tolerance))).toEqual([]);
    }
  });

  it.each(names)('have the gradient of the forward pass of %s', async (name) => {
    const resources = { ...engines[form], precision: 'f16' as const };
    const figures = await compareWithOwnForward(name, odd(name)[0], resources);
    const gradients = differentiableInputs(name).map(gradientOf).sort();
    expect(figures.map(({ tensor }) => tensor).sort()).toEqual(gradients);
    expect(figures.filter(({ difference, tolerance }) => !(difference <= tolerance))).toEqual([]);
  });

  it.each(Array.from({ length: 13 }, (_, i) => i + 1))('take %i channels', async (channels) => {
    const resources = { ...engines[form], precision: 'f16' as const };
    for (const name of ['conv3x3_cells', 'conv3x3_up_cells'] as const) {
      const sizes = { samples: 1, inputs: channels, outputs: 14 - channels, height: 2, width: 3 };
      const one = { sizes, params: { cells_first: channels % 2 } };
      const figures = await compareWithTwin(name, one, resources);
      expect(figures.filter(({ difference, tolerance }) => !(difference <= tolerance))).toEqual([]);
    }
  });
});

it('refuses f16 weights in a shader that reads them in f32 alone', async () => {
  const { device } = await openTestEngine();
  const pipelines = new PipelineCache(device, nodeShaders);
  await expect(pipelines.kernel('to_rgb', 'forward', 'f16')).rejects.toThrow(ShaderError);
});

it('rebuilds an edited shader in the form that is in use', async () => {
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
