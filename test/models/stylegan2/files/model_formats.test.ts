import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError, UnsupportedModelError } from '../../../../src/formats/errors.ts';
import { numpyArray } from '../../../../src/formats/numpy/numpy_array.ts';
import { unpickle } from '../../../../src/formats/pickle/pickle.ts';
import { PickleBytes } from '../../../../src/formats/pickle/pickle_bytes.ts';
import { harmlessNames } from '../../../../src/formats/pickle/pickle_names.ts';
import {
  entriesOf,
  itemsOf,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../../../../src/formats/pickle/pickle_values.ts';
import { readTorchZip } from '../../../../src/formats/torch/torch_zip.ts';
import { parseModelFile } from '../../../../src/models/stylegan2/files/model_file.ts';
import { readTensorflowPickle } from '../../../../src/models/stylegan2/files/tensorflow_pickle.ts';
import { readTorchModel } from '../../../../src/models/stylegan2/files/torch_model.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { call } from '../../../../tools/official_pickle.ts';
import { readModelFixture } from '../../../support/model_fixtures.ts';

const location = { file: 'x', tensor: 'a' };

/** A NumPy array as a pickle has it. */
function array(
  shape: number[],
  data: ArrayBufferView,
  { code = 'f4', order = '<', fortran = false } = {},
) {
  const dtype = call('numpy.dtype', code, false, true);
  dtype.state = new PickleTuple([3, order, null, null, null, -1, -1, 0]);
  const object = call('numpy.core.multiarray._reconstruct');
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  object.state = new PickleTuple([1, new PickleTuple(shape), dtype, fortran, bytes]);
  return object;
}

describe('a NumPy array', () => {
  const values = (object: PickleObject) =>
    Array.from(numpyArray(object, new PickleBytes(), location)?.data() ?? []);

  it('may be of either order of axes', () => {
    const data = new Float32Array([1, 2, 3, 4, 5, 6]);
    expect(values(array([2, 3], data))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(values(array([2, 3], data, { fortran: true }))).toEqual([1, 3, 5, 2, 4, 6]);
  });

  it('may be of either byte order, and of any number', () => {
    const swapped = Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0);
    expect(values(array([2], swapped, { order: '>' }))).toEqual([1, -2]);
    expect(values(array([2], new Float64Array([0.5, 8]), { code: 'f8' }))).toEqual([0.5, 8]);
    expect(values(array([2], new Int16Array([-5, 8]), { code: 'i2' }))).toEqual([-5, 8]);
    expect(values(array([2], Uint8Array.of(0x3c, 0, 0xc0, 0), { code: 'f2', order: '>' }))).toEqual(
      [1, -2],
    );
  });

  it.each<[what: string, object: PickleObject, message: RegExp]>([
    ['of objects', array([1], new Uint8Array(8), { code: 'O8' }), /not one of numbers/],
    ['cut short', array([3], new Float32Array(2)), /does not fit its storage of 2 elements/],
    ['of a size below 0', array([-1], new Float32Array(2)), /not one of numbers/],
    ['of a size beyond', array([2 ** 30, 2 ** 30], new Float32Array(2)), /does not fit/],
  ])('is refused where it is %s', (_, object, message) => {
    expect(() => numpyArray(object, new PickleBytes(), location)).toThrow(message);
    expect(() => numpyArray(object, new PickleBytes(), location)).toThrow(FormatError);
  });
});

describe('a TensorFlow pickle', () => {
  /** Gs of the fixture, with its state and that of a component. */
  function tree() {
    const bytes = readModelFixture('tiny_tensorflow.pkl');
    const { value } = unpickle({ bytes, origin: 0 }, harmlessNames);
    const networks = [...(itemsOf(value) ?? [])];
    const stateOf = (network: PickleValue | undefined) => {
      const state = network instanceof PickleObject ? entriesOf(network.state) : undefined;
      if (!state) throw new RangeError('no network');
      return state;
    };
    const state = stateOf(networks[2]);
    const options = entriesOf(state.get('static_kwargs')) ?? new Map();
    const synthesis = stateOf(entriesOf(state.get('components'))?.get('synthesis'));
    const variables = synthesis.get('variables');
    if (!Array.isArray(variables)) throw new RangeError('no variables');
    return { networks, state, options, variables };
  }
  const read = (networks: PickleValue[]) =>
    readTensorflowPickle(new PickleTuple(networks), new PickleBytes(), 'x');

  it('may be Gs alone, or say its clamp', () => {
    const { networks, options } = tree();
    options.set('conv_clamp', 256);
    const file = read([networks[2] ?? null]);
    expect(file && readGenerator(file).config).toMatchObject({ resolution: 64, convClamp: 256 });
  });

  it.each([
    ['of the maps’ sizes', (side: number) => `${(5 * side) / 4}x${(3 * side) / 4}`],
    ['of a square network', (side: number) => `${side}x${side}`],
  ])('may start from 5 × 3, its scopes named by numbers %s', (_, scope) => {
    const { networks, variables } = tree();
    const renamed = variables.map((variable) => {
      const [name, value] = itemsOf(variable) ?? [];
      if (typeof name !== 'string') throw new RangeError('no name');
      const noise = /^noise(\d+)$/.exec(name);
      const block = noise ? 4 << Math.ceil(Number(noise[1]) / 2) : 4;
      const sizes = [1, 1, (5 * block) / 4, (3 * block) / 4];
      const zeros = (...shape: number[]) =>
        array(shape, new Float32Array(shape.reduce((product, size) => product * size, 1)));
      if (noise) return new PickleTuple([name, zeros(...sizes)]);
      const [, side, rest] = /^(\d+)x\d+(\/.*)$/.exec(name) ?? [];
      if (rest === undefined) return new PickleTuple([name, value ?? null]);
      const own = scope(Number(side)) + rest;
      return new PickleTuple([own, rest === '/Const/const' ? zeros(1, 32, 5, 3) : (value ?? null)]);
    });
    variables.splice(0, variables.length, ...renamed);
    const file = read(networks);
    expect(file && readGenerator(file).config).toMatchObject({
      height: 80,
      width: 48,
      constant: { height: 5, width: 3 },
    });
  });

  type Change = (parts: ReturnType<typeof tree>) => void;
  const variable =
    (name: string, ...shape: number[]): Change =>
    ({ variables }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      variables.push(new PickleTuple([name, array(shape, new Float32Array(length))]));
    };
  it.each<[what: string, change: Change, message: RegExp]>([
    ['of StyleGAN', variable('ToRGB_lod0/weight', 1, 1, 16, 3), /StyleGAN \(the first\)/],
    ['of an older version', ({ state }) => state.set('version', 3), /of version 3/],
    [
      'of another architecture',
      ({ options }) => options.set('architecture', 'resnet'),
      /architecture resnet/,
    ],
    [
      'of another filter',
      ({ options }) => options.set('resample_kernel', [1, 2, 1]),
      /resample_kernel \[1,2,1\]/,
    ],
    [
      'of another activation',
      ({ options }) => options.set('nonlinearity', 'relu'),
      /nonlinearity relu/,
    ],
    ['with oblong blocks', variable('8x4/Conv1/weight', 3, 3, 1, 1), /a block of 8 × 4/],
    ['with a layer more', variable('8x8/Skip/weight', 1, 1, 1, 1), /such a layer is not supported/],
    [
      'of a discriminator',
      ({ networks }) => void networks.splice(0, 3, networks[1] ?? null),
      /no Gs or G/,
    ],
  ])('is refused where it is %s', (_, change, message) => {
    const parts = tree();
    change(parts);
    const refused = () => {
      const file = read(parts.networks);
      return file && readGenerator(file);
    };
    expect(refused).toThrow(message);
    expect(refused).toThrow(UnsupportedModelError);
  });

  it('is not any other pickle of a network', () => {
    expect(readTensorflowPickle(call('dnnlib.util.EasyDict'), new PickleBytes())).toBeUndefined();
    expect(() => read([call('dnnlib.tflib.network.Network')])).not.toThrow();
  });
});

describe("a checkpoint of rosinality's", () => {
  function tree() {
    const bytes = readModelFixture('tiny_rosinality_zip.pt');
    const zip = { bytes, origin: 0, file: 'x.pt' };
    const pickle = readTorchZip(zip, harmlessNames);
    const checkpoint = entriesOf(pickle.value);
    const state = entriesOf(checkpoint?.get('g_ema'));
    if (!checkpoint || !state) throw new RangeError('no checkpoint');
    const read = (value: PickleValue = pickle.value) =>
      readGenerator(readTorchModel({ ...pickle, value }, zip, 'zip'));
    return { checkpoint, state, read };
  }

  it('may be the state itself, under g, or without an average', () => {
    const { checkpoint, state, read } = tree();
    expect(read(state).config.truncates).toBe(false);
    expect(read(new Map([['g', state]])).config.resolution).toBe(64);
    checkpoint.delete('latent_avg');
    expect(read().config.truncates).toBe(false);
  });

  it.each([
    ['params_ema', ''],
    ['generator_ema', ''],
    ['g_ema', 'module.'],
    ['state_dict', 'decoder.'],
    ['state_dict', 'g_ema.module.'],
  ])('may have its state under %s, its names behind "%s", beside others', (name, prefix) => {
    const { state, read } = tree();
    const prefixed = new Map<PickleValue, PickleValue>([['encoder.body.0.weight', null]]);
    for (const [tensor, value] of state) prefixed.set(`${prefix}${String(tensor)}`, value);
    if (prefix === '') prefixed.delete('encoder.body.0.weight');
    const plain = read(state);
    const found = read(new Map<PickleValue, PickleValue>([[name, prefixed]]));
    expect(found.config).toEqual(plain.config);
    expect([...found.tensors.keys()]).toEqual([...plain.tensors.keys()]);
  });

  it('is the averaged one of several', () => {
    const { state, read } = tree();
    const other = new Map(state).set('to_rgb1.bias', state.get('style.1.bias') ?? null);
    const parts = new Map<PickleValue, PickleValue>();
    for (const [tensor, value] of other) parts.set(`decoder.${String(tensor)}`, value);
    for (const [tensor, value] of state) parts.set(`g_ema.${String(tensor)}`, value);
    expect(() => read(new Map([['state_dict', parts]]))).not.toThrow();
    expect(() =>
      read(
        new Map([
          ['g', other],
          ['params_ema', state],
        ]),
      ),
    ).not.toThrow();
  });

  it('may have an average for each row, if they are the same', () => {
    const { checkpoint, state, read } = tree();
    const average = read().tensors.get('mapping.w_avg');
    expect(average?.shape).toEqual([64]);
    // (64, 64): each row another.
    checkpoint.set('latent_avg', state.get('style.1.weight') ?? null);
    expect(read).toThrow(/latent_avg: an average that is another in each row/);
  });

  it('may lack the noise', () => {
    const { state, read } = tree();
    for (const name of [...state.keys()]) if (/^noises\./.test(String(name))) state.delete(name);
    expect(read().tensors.has('synthesis.b8.conv0.noise_const')).toBe(false);
  });

  it.each<[what: string, change: (parts: ReturnType<typeof tree>) => void, message: RegExp]>([
    ['of something else', ({ state }) => state.delete('conv1.conv.weight'), /not of a StyleGAN2/],
    [
      'of another filter',
      ({ state }) => state.set('convs.0.conv.blur.kernel', state.get('noises.noise_0') ?? null),
      /another filter than/,
    ],
    [
      'with a layer more',
      ({ state }) => state.set('attention.weight', state.get('style.1.bias') ?? null),
      /attention.weight: a layer that/,
    ],
  ])('is refused where it is %s', (_, change, message) => {
    const parts = tree();
    change(parts);
    expect(parts.read).toThrow(message);
    expect(parts.read).toThrow(UnsupportedModelError);
  });

  it('is refused where a storage is missing or no tensor is there', () => {
    const bytes = readModelFixture('tiny_rosinality_zip.pt');
    const text = Buffer.from(bytes.buffer);
    const renamed = new Uint8Array(bytes);
    // The directory's own name of the entry, after the local one.
    renamed[text.lastIndexOf('tiny_rosinality_zip/data/87') + 25] = '_'.charCodeAt(0);
    expect(() => parseModelFile(renamed, 'x.pt')).toThrow(/zip entry data\/87 is missing/);
    const { state, read } = tree();
    state.set('style.1.bias', 5);
    expect(read).toThrow(/style.1.bias: is 5, no tensor/);
  });
});

describe('a zip file', () => {
  /** A zip of one entry. */
  function zip(name: string, content: Uint8Array, method: number): Uint8Array {
    const label = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(label.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(content.length, 20);
    central.writeUInt32LE(content.length, 24);
    central.writeUInt16LE(label.length, 28);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(46 + label.length, 12);
    end.writeUInt32LE(30 + label.length + content.length, 16);
    return Buffer.concat([local, label, content, central, label, end]);
  }
  it.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ['of pictures', zip('cat.png', new Uint8Array(8), 0), /a zip file with no model/],
    [
      'that is compressed',
      zip('a/data.pkl', deflateRawSync(new Uint8Array(99)), 8),
      /a\/data.pkl: is compressed/,
    ],
    ['of an empty pickle', zip('a/data.pkl', new Uint8Array(0), 0), /cut short/],
    [
      'of another pickle',
      zip('a/data.pkl', Buffer.from('I5\n.'), 0),
      /a pickle of 5, not of a StyleGAN2/,
    ],
  ])('is refused where it is one %s', (_, bytes, message) => {
    expect(() => parseModelFile(bytes, 'x.zip')).toThrow(message);
  });
});
