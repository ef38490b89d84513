import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError, UnsupportedModelError } from '../../../../src/formats/errors.ts';
import { parseSafetensors } from '../../../../src/formats/safetensors.ts';
import type { NamedTensor, TensorFile } from '../../../../src/formats/tensors/named_tensors.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';

const load = (name: string) =>
  parseSafetensors(
    readFileSync(new URL(`../../../fixtures/${name}.safetensors`, import.meta.url)),
    name,
  );
const tiny = load('tiny');

/** A tensor of these sizes with this value everywhere. */
function constant(shape: number[], value = 0): NamedTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, dtype: 'F32', data: () => new Float32Array(length).fill(value) };
}

/** The tiny network with tensors replaced (or, by null, taken away) and with other metadata. */
function changed(
  tensors: Record<string, NamedTensor | null>,
  metadata: Record<string, string> = {},
): TensorFile {
  const all = new Map(tiny.tensors);
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor) all.set(name, tensor);
    else all.delete(name);
  }
  return { ...tiny, tensors: all, metadata: { ...tiny.metadata, ...metadata } };
}

/** What reading it is refused with. */
function refusal(file: TensorFile): unknown {
  try {
    return readGenerator(file);
  } catch (error) {
    return error;
  }
}

describe('readGenerator', () => {
  it('reads a network off its tensors', () => {
    const { config, tensors } = readGenerator(tiny);
    expect(config).toEqual({
      resolution: 64,
      height: 64,
      width: 64,
      constant: { height: 4, width: 4 },
      imgChannels: 3,
      channels: new Map([
        [4, 32],
        [8, 32],
        [16, 32],
        [32, 32],
        [64, 16],
      ]),
      zDim: 64,
      cDim: 0,
      wDim: 64,
      numWs: 10,
      mappingLayers: 2,
      convClamp: null,
      truncates: true,
      dragDefaults: null,
      parameters: 108008,
    });
    expect(tensors.get('synthesis.b8.conv0.weight')?.shape).toEqual([32, 32, 3, 3]);
    expect(tensors.get('mapping.w_avg')?.data()).toEqual(
      tiny.tensors.get('G.mapping.w_avg')?.data(),
    );
    expect([...tensors.keys()].filter((name) => !/^(mapping|synthesis)\./.test(name))).toEqual([]);
    expect(tensors.has('synthesis.b4.resample_filter')).toBe(false);
  });

  it('reads classes, depth, clamp and noise', () => {
    const conditional = readGenerator(load('conditional')).config;
    expect(conditional).toMatchObject({ cDim: 4, zDim: 48, wDim: 48, mappingLayers: 3, numWs: 8 });
    expect(readGenerator(load('mid')).config).toMatchObject({ mappingLayers: 8, numWs: 14 });
    expect(readGenerator(load('tiny_clamp')).config.convClamp).toBe(1.5);
  });

  it('takes the names without their prefix, and f16', () => {
    const file = new URL('../../../../weights/demo.safetensors', import.meta.url);
    const { config, tensors } = readGenerator(parseSafetensors(readFileSync(file)));
    expect(config.resolution).toBeGreaterThanOrEqual(128);
    expect(config.dragDefaults?.learningRate).toBeGreaterThan(0);
    expect(tensors.get('synthesis.b8.conv0.weight')?.dtype).toBe('F16');
  });

  it('takes scalars of shape [] and drops half a noise', () => {
    const { tensors } = readGenerator(
      changed({
        'G.synthesis.b4.conv1.noise_strength': constant([], 0.5),
        'G.synthesis.b8.conv0.noise_strength': null,
        'G.synthesis.b8.conv1.noise_const': null,
      }),
    );
    const strength = tensors.get('synthesis.b4.conv1.noise_strength');
    expect(strength?.shape).toEqual([1]);
    expect(strength?.data()).toEqual(new Float32Array([0.5]));
    expect([...tensors.keys()].filter((name) => /b8.*noise/.test(name))).toEqual([]);
  });

  it('says that there is nothing to truncate towards where the average w is missing', () => {
    const { config, tensors } = readGenerator(changed({ 'G.mapping.w_avg': null }));
    expect(config.truncates).toBe(false);
    expect(tensors.has('mapping.w_avg')).toBe(false);
  });

  it('ignores what is not the generator’s', () => {
    const other = { 'D.b4.conv.weight': constant([1]), 'synthesis.b2048.x': constant([1]) };
    expect(readGenerator(changed(other)).config.resolution).toBe(64);
  });

  it('reads measured drag options', () => {
    const drag_defaults = '{"feature_block": 3, "r1": 12, "lr": 0.02, "factors": "no option"}';
    expect(readGenerator(changed({}, { drag_defaults })).config.dragDefaults).toEqual({
      featureBlock: 3,
      r1: 12,
      learningRate: 0.02,
    });
  });
});

describe('a file that is no generator of ours', () => {
  const cases: [what: string, file: TensorFile, message: RegExp][] = [
    ['has no tensor', { ...tiny, tensors: new Map() }, /tiny: none of its 0 tensors/],
    ['is something else', load('seeds'), /seeds: none of its 8 tensors/],
    [
      'lacks a weight',
      changed({ 'G.synthesis.b16.conv1.weight': null }),
      /tiny: tensor synthesis.b16.conv1.weight: missing/,
    ],
    [
      'lacks a bias',
      changed({ 'G.synthesis.b64.torgb.bias': null }),
      /tensor synthesis.b64.torgb.bias: missing/,
    ],
    [
      'lacks a mapping layer',
      changed({ 'G.mapping.fc0.weight': null }),
      /tensor mapping.fc0.weight: missing/,
    ],
    [
      'lacks a mapping layer in between',
      changed({ 'G.mapping.fc3.weight': constant([64, 64]) }),
      /tensor mapping.fc2.weight: missing/,
    ],
    [
      'lacks its class embedding',
      changed({}, { config: '{"c_dim": 4}' }),
      /tensor mapping.embed.weight: missing/,
    ],
    [
      'has a wrong shape',
      changed({ 'G.synthesis.b8.conv0.affine.weight': constant([32, 63]) }),
      /b8.conv0.affine.weight: shape \[32, 63\] found, \[32, 64\] needed/,
    ],
    [
      'has a wrong rank',
      changed({ 'G.synthesis.b8.conv1.weight': constant([32, 32, 3]) }),
      /b8.conv1.weight: shape \[32, 32, 3\] found, 4 sizes/,
    ],
    [
      'has a kernel of another size',
      changed({ 'G.synthesis.b8.conv1.weight': constant([32, 32, 5, 5]) }),
      /b8.conv1.weight: shape \[32, 32, 5, 5\] found, \[32, 32, 3, 3\] needed/,
    ],
    [
      'has no channels',
      changed({ 'G.synthesis.b8.conv1.weight': constant([0, 32, 3, 3]) }),
      /b8.conv1.weight: shape \[0, 32, 3, 3\]/,
    ],
    [
      'has a noise of another size',
      changed({ 'G.synthesis.b8.conv1.noise_const': constant([4, 4]) }),
      /noise_const: shape \[4, 4\] found, \[8, 8\] needed/,
    ],
    [
      'has a vector for a scalar',
      changed({ 'G.synthesis.b8.conv1.noise_strength': constant([2]) }),
      /noise_strength: shape \[2\] found, \[1\] needed/,
    ],
    [
      'has a NaN',
      changed({ 'G.synthesis.b32.conv1.bias': constant([32], Number.NaN) }),
      /b32.conv1.bias: holds a NaN/,
    ],
    [
      'has an infinity',
      changed({ 'G.mapping.w_avg': constant([64], -Infinity) }),
      /w_avg: holds a NaN or an infinity/,
    ],
    ['has broken JSON', changed({}, { config: '{' }), /metadata config is no valid JSON/],
    ['has a list as config', changed({}, { config: '[]' }), /metadata config is no object/],
    [
      'has metadata that are nested without end',
      changed({}, { config: `{"note":${'['.repeat(1e5)}${']'.repeat(1e5)}}` }),
      /metadata config is nested deeper than 64 levels/,
    ],
    [
      'has a number as architecture',
      changed({}, { config: '{"architecture": 3}' }),
      /metadata config: architecture must be a text/,
    ],
    [
      'has half a class',
      changed({}, { config: '{"c_dim": 0.5}' }),
      /metadata config: c_dim must be a whole number of classes/,
    ],
    [
      'has text as clamp',
      changed({}, { config: '{"conv_clamp": "256"}' }),
      /conv_clamp must be a positive number/,
    ],
    [
      'has a learning rate below 0',
      changed({}, { drag_defaults: '{"lr": -1}' }),
      /drag_defaults: lr must be a number of at least 0/,
    ],
    [
      'has a radius that no option takes',
      changed({}, { drag_defaults: '{"r2": 513}' }),
      /drag_defaults: r2 must be a number from 0 to 512/,
    ],
    [
      'has half a step',
      changed({}, { drag_defaults: '{"steps": 1.5}' }),
      /drag_defaults: steps must be a whole number/,
    ],
    [
      'wants a block that is not there',
      changed({}, { drag_defaults: '{"feature_block": 5}' }),
      /feature_block 5, but there are only 5/,
    ],
  ];
  it.each(cases)('%s', (_, file, message) => {
    const error = refusal(file);
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(message);
  });

  const unsupported: [what: string, file: TensorFile, message: RegExp][] = [
    [
      'StyleGAN3',
      changed({ 'G.synthesis.L0_36_512.weight': constant([1]) }),
      /StyleGAN3 is not supported/,
    ],
    [
      'a residual network',
      changed({ 'G.synthesis.b8.skip.weight': constant([1]) }),
      /architecture resnet/,
    ],
    [
      'an original network',
      changed({
        'G.synthesis.b4.torgb.weight': null,
        'G.synthesis.b8.torgb.weight': null,
      }),
      /architecture orig/,
    ],
    [
      'a declared architecture',
      changed({}, { config: '{"architecture": "resnet"}' }),
      /architecture resnet/,
    ],
    [
      'a layer that is none',
      changed({ 'G.synthesis.b8.attention.weight': constant([1]) }),
      /b8.attention.weight: a layer that StyleGAN2 does not have/,
    ],
    [
      'a size too large',
      changed({ 'G.synthesis.b2048.conv1.weight': constant([1]) }),
      /highest block of 2048² is not supported/,
    ],
    [
      'a size that is no power of two',
      changed({ 'G.synthesis.b96.conv1.weight': constant([1]) }),
      /highest block of 96²/,
    ],
    [
      'images of five channels',
      changed({ 'G.synthesis.b64.torgb.weight': constant([5, 16, 1, 1]) }),
      /images of 5 channels/,
    ],
    [
      'pictures that are scaled to another size',
      changed({}, { config: '{"resize": 32}' }),
      /scaled to 32 \(resize\) are not supported, only the network's own 64/,
    ],
    [
      'classes that become fewer numbers than w has',
      changed({ 'G.mapping.embed.weight': constant([8, 3]) }),
      /classes that become 8 numbers are not supported, only as many as w has \(64\)/,
    ],
    [
      'a network without z',
      changed({ 'G.mapping.embed.weight': constant([64, 3]) }),
      /without z \(z_dim 0\)/,
    ],
    [
      'another filter',
      changed({ 'G.synthesis.b8.conv0.resample_filter': constant([4, 4], 1 / 16) }),
      /b8.conv0.resample_filter: another filter/,
    ],
    [
      'a filter of another size',
      changed({ 'G.synthesis.b8.conv0.resample_filter': constant([6, 6], 1 / 36) }),
      /another filter .*\[6, 6\]/,
    ],
  ];
  it.each(unsupported)('is %s', (_, file, message) => {
    const error = refusal(file);
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(String(error)).toMatch(message);
  });
});
