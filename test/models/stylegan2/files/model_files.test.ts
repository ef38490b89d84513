import { describe, expect, it } from 'vitest';
import {
  DragganError,
  FormatError,
  UnsupportedModelError,
} from '../../../../src/formats/errors.ts';
import {
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../../../../src/formats/pickle/pickle_values.ts';
import { parseModelFile } from '../../../../src/models/stylegan2/files/model_file.ts';
import { readTorchModel } from '../../../../src/models/stylegan2/files/torch_model.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import {
  call,
  orderedDict,
  persistentModule,
  torchTensor,
} from '../../../../tools/official_pickle.ts';
import { pickle } from '../../../../tools/pickle_writer.ts';
import { readFixture } from '../../../support/fixture_files.ts';
import {
  firstDifference,
  modelFixtures,
  officialTree,
  readModelFixture,
} from '../../../support/model_fixtures.ts';

const read = (bytes: Uint8Array) => readGenerator(parseModelFile(bytes, 'x.pkl'));

/** What reading it is refused with. */
function refusal(bytes: Uint8Array): unknown {
  try {
    return read(bytes);
  } catch (error) {
    return error;
  }
}

/** A tensor of these sizes with this value everywhere, as a pickle has it. */
const constant = (shape: number[], value = 0) =>
  torchTensor({
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
  });

describe.each(modelFixtures)('$name', ({ name, format, twin }) => {
  it('has the weights of its safetensors twin, to the bit', () => {
    const file = parseModelFile(readModelFixture(name), name);
    expect(file.format).toBe(format);
    const { config, tensors } = readGenerator(file);
    const expected = readGenerator(readFixture(twin).file);
    const convClamp = format === 'official pickle' ? 256 : null;
    expect(config).toEqual({ ...expected.config, convClamp });
    expect([...tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
    for (const [tensor, { shape, data }] of expected.tensors) {
      expect(tensors.get(tensor)?.shape, tensor).toEqual(shape);
      expect(firstDifference(tensors.get(tensor)?.data(), data()), tensor).toBe(-1);
    }
  });

  it('is read from bytes that lie in the middle of others', () => {
    const bytes = readModelFixture(name);
    const around = new Uint8Array(bytes.length + 3);
    around.set(bytes, 3);
    const { tensors } = read(around.subarray(3));
    const expected = read(bytes).tensors.get('synthesis.b8.conv0.weight')?.data();
    const found = tensors.get('synthesis.b8.conv0.weight')?.data();
    expect(firstDifference(found, expected)).toBe(-1);
  });

  it('is refused wherever it is cut', () => {
    const bytes = readModelFixture(name);
    for (let i = 0; i < 60; i++) {
      const error = refusal(bytes.subarray(0, Math.floor((bytes.length * i) / 60)));
      expect(error, `cut after ${i}/60`).toBeInstanceOf(DragganError);
    }
  });
});

describe('an official pickle', () => {
  it('may hold G_ema alone, or G alone, or be the generator itself', () => {
    const { networks } = officialTree();
    const generator = networks.get('G_ema') ?? null;
    const files = [new Map([['G_ema', generator]]), new Map([['G', generator]]), generator];
    for (const file of files) expect(read(pickle(file)).config.resolution).toBe(64);
  });

  it('may have been made by other programs on the same classes', () => {
    const { networks, attributes } = officialTree();
    attributes('').set('resize', 64);
    attributes('').set('square', true);
    networks.set('training_set_kwargs', call('dnnlib.util.EasyDict'));
    networks.set('D', persistentModule('Discriminator', [['_modules', orderedDict([])]]));
    const file = parseModelFile(pickle(networks), 'x.pkl');
    expect(readGenerator(file).config.resolution).toBe(64);
    expect(JSON.parse(file.metadata.config ?? '')).toMatchObject({ resize: 64, conv_clamp: 256 });
  });

  it('may have weights in f16', () => {
    const { networks, children } = officialTree();
    const data = Uint16Array.from({ length: 32 }, (_, i) => 0x3c00 + i);
    children('synthesis.b8.conv1', '_parameters').set('bias', torchTensor({ shape: [32], data }));
    const bias = read(pickle(networks)).tensors.get('synthesis.b8.conv1.bias');
    expect(bias?.dtype).toBe('F16');
    expect(bias?.data()).toEqual(Float32Array.from({ length: 32 }, (_, i) => 1 + i / 1024));
  });

  it('may leave out the noise', () => {
    const { networks, children } = officialTree();
    children('synthesis.b8.conv0', '_buffers').delete('noise_const');
    children('synthesis.b8.conv0', '_parameters').delete('noise_strength');
    expect(read(pickle(networks)).tensors.has('synthesis.b8.conv0.noise_const')).toBe(false);
  });

  it('may start from a constant that is not square, as StyleGAN-Human does', () => {
    const { networks, children } = officialTree();
    children('synthesis.b4', '_parameters').set('const', constant([32, 4, 2]));
    expect(() => read(pickle(networks))).toThrow('noise_const');
    for (const side of [4, 8, 16, 32, 64])
      for (const layer of side === 4 ? ['conv1'] : ['conv0', 'conv1'])
        children(`synthesis.b${side}.${layer}`, '_buffers').set(
          'noise_const',
          constant([side, side / 2]),
        );
    const { config } = read(pickle(networks));
    expect(config).toMatchObject({ height: 64, width: 32, constant: { height: 4, width: 2 } });
  });

  type Change = (tree: ReturnType<typeof officialTree>) => void;
  const unsupported: [what: string, change: Change, message: RegExp][] = [
    [
      'StyleGAN3',
      ({ children }) => {
        const input = persistentModule('SynthesisInput', [
          ['_buffers', orderedDict([['freqs', constant([4, 2])]])],
        ]);
        children('synthesis', '_modules').clear();
        children('synthesis', '_modules').set('input', input);
      },
      /StyleGAN3 is not supported/,
    ],
    [
      'a residual network',
      ({ attributes }) => attributes('synthesis.b8').set('architecture', 'resnet'),
      /architecture resnet is not supported/,
    ],
    [
      'an original network',
      ({ attributes }) => attributes('synthesis.b4').set('architecture', 'orig'),
      /architecture orig is not supported/,
    ],
    [
      'a discriminator alone',
      ({ networks }) => {
        networks.set('D', networks.get('G_ema') ?? null);
        networks.set('G_ema', null);
      },
      /holds no generator: G_ema is None, G is None, a D/,
    ],
    [
      'another network in G_ema’s place',
      ({ networks }) =>
        networks.set('G_ema', persistentModule('Vgg', [['_modules', orderedDict([])]])),
      /holds a Vgg, which is no StyleGAN2/,
    ],
    [
      'of another activation',
      ({ attributes }) => attributes('synthesis.b8.conv1').set('activation', 'swish'),
      /b8.conv1: activation swish/,
    ],
    [
      'of another learning-rate multiplier',
      ({ attributes }) => attributes('mapping.fc0').set('bias_gain', 0.1),
      /mapping.fc0: a learning-rate multiplier of 0.1/,
    ],
    [
      'of several clamps',
      ({ attributes }) => attributes('synthesis.b64.torgb').set('conv_clamp', null),
      /conv_clamp null beside 256|conv_clamp 256 beside null/,
    ],
    [
      'of another filter',
      ({ children }) =>
        children('synthesis.b8.conv0', '_buffers').set('resample_filter', constant([4, 4], 1 / 16)),
      /another filter/,
    ],
    [
      'a layer more',
      ({ children }) => {
        const layer = persistentModule('Attention', [
          ['_parameters', orderedDict([['weight', constant([1])]])],
        ]);
        children('synthesis.b8', '_modules').set('attention', layer);
      },
      /b8.attention.weight: a layer that StyleGAN2 does not have/,
    ],
  ];
  it.each(unsupported)('is refused by name: %s', (_, change, message) => {
    const tree = officialTree();
    change(tree);
    const error = refusal(pickle(tree.networks));
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(String(error)).toMatch(message);
  });

  /** A 3 × 3 weight of b8.conv1 with other arguments of its rebuilding. */
  const weight =
    (...args: PickleValue[]): Change =>
    ({ children }) => {
      const parameters = children('synthesis.b8.conv1', '_parameters');
      const tensor = parameters.get('weight');
      const inner = tensor instanceof PickleObject ? tensor.args[0] : undefined;
      if (!(inner instanceof PickleObject)) throw new RangeError('no parameter');
      const changed = [...inner.args];
      for (const [i, value] of args.entries()) if (value !== null) changed[i] = value;
      parameters.set('weight', new PickleObject(inner.global, changed, 0));
    };
  const sizes = (...items: number[]) => new PickleTuple(items);
  const broken: [what: string, change: Change, message: RegExp][] = [
    ['out of range', weight(null, 1), /tensor synthesis.b8.conv1.weight: .* does not fit/],
    ['far out of range', weight(null, 2 ** 52), /does not fit its storage of 9216 elements/],
    ['before its storage', weight(null, -1), /not whole numbers from 0/],
    ['of half an offset', weight(null, 0.5), /not whole numbers from 0/],
    ['with strides beyond', weight(null, null, null, sizes(2 ** 40, 9, 3, 1)), /does not fit/],
    ['with strides below', weight(null, null, null, sizes(-288, 9, 3, 1)), /without offset/],
    ['of 10^18 elements', weight(null, null, sizes(1e9, 1e9), sizes(0, 0)), /does not fit/],
    ['of an overflowing size', weight(null, null, sizes(2 ** 53, 2), sizes(0, 0)), /without off/],
    [
      'of nine axes',
      weight(null, null, sizes(...Array(9).fill(1)), sizes(...Array(9).fill(1))),
      /at most 8/,
    ],
    ['of fewer strides', weight(null, null, null, sizes(288, 9, 3)), /4 sizes and 3 strides/],
    ['of no storage', weight('storage'), /a tensor whose storage is "storage"/],
    [
      'of a storage of text',
      weight(call('torch.storage._load_from_bytes', new Uint8Array(20))),
      /byte \d+: no PyTorch stream/,
    ],
    [
      'not a number',
      ({ children }) =>
        children('synthesis.b8.conv1', '_parameters').set('bias', constant([32], Number.NaN)),
      /b8.conv1.bias: holds a NaN/,
    ],
    [
      'no tensor',
      ({ children }) => children('synthesis.b8.conv1', '_parameters').set('bias', 'bias'),
      /b8.conv1.bias: is "bias"/,
    ],
    [
      'a parameter in a parameter',
      ({ children }) => {
        const parameters = children('synthesis.b8.conv1', '_parameters');
        const own = parameters.get('bias') ?? null;
        parameters.set('bias', call('torch._utils._rebuild_parameter', own, true, null));
      },
      /a parameter of torch._utils._rebuild_parameter/,
    ],
  ];
  it.each(broken)('is refused where a weight is %s', (_, change, message) => {
    const tree = officialTree();
    change(tree);
    const error = refusal(pickle(tree.networks));
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(message);
  });

  it('may have views of one storage that overlap', () => {
    const tree = officialTree();
    const parameters = tree.children('synthesis.b8.conv1', '_parameters');
    parameters.set('bias', parameters.get('weight') ?? null);
    weight(null, 5, sizes(32), sizes(2))(tree);
    const overlapping = parameters.get('weight') ?? null;
    parameters.set('weight', parameters.get('bias') ?? null);
    parameters.set('bias', overlapping);
    const { tensors } = read(pickle(tree.networks));
    const all = tensors.get('synthesis.b8.conv1.weight')?.data() ?? [];
    const bias = tensors.get('synthesis.b8.conv1.bias')?.data();
    expect(bias).toEqual(Float32Array.from({ length: 32 }, (_, i) => Number(all[5 + 2 * i])));
  });

  it('is refused soon where modules are shared without end', () => {
    // Each level has the one before twice: 2^200 paths through 201 modules.
    let shared: PickleValue = persistentModule('Leaf', [['_modules', orderedDict([])]]);
    for (let level = 0; level < 200; level++) {
      const both = orderedDict([
        ['a', shared],
        ['b', shared],
      ]);
      shared = persistentModule('Node', [['_modules', both]]);
    }
    const part = { bytes: new Uint8Array(0), origin: 0 };
    const storage = (): never => {
      throw new RangeError('it has no tensor');
    };
    const value = new Map([['G_ema', shared]]);
    expect(() => readTorchModel({ value, storage }, part, 'pickle')).toThrow(
      /holds a Node, which is no StyleGAN2/,
    );
  });
});

describe('readGenerator', () => {
  it('says how far it is, and refuses what is too large before it decodes any of it', () => {
    const file = parseModelFile(readModelFixture('tiny_official.pkl'));
    const fractions: number[] = [];
    readGenerator(file, (fraction) => fractions.push(fraction));
    expect(fractions.length).toBeGreaterThan(50);
    expect(fractions.at(-1)).toBe(1);
    const data = (): never => {
      throw new RangeError('it is decoded');
    };
    const shape = [2 ** 15, 2 ** 15];
    const tensors = new Map([...file.tensors]);
    for (let r = 4; r <= 64; r *= 2) {
      for (const layer of ['conv0', 'conv1']) {
        const name = `synthesis.b${r}.${layer}.weight`;
        if (tensors.has(name)) tensors.set(name, { shape: [...shape, 3, 3], dtype: 'F32', data });
      }
    }
    expect(() => readGenerator({ ...file, tensors })).toThrow(/only up to 268435456/);
  });
});

describe('a file that is no model', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['nothing', new Uint8Array(0), /byte 0: the file is empty/],
    ['a web page', text('<!DOCTYPE html><html></html>'), /a web page, not a model/],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\n'),
      /a Git LFS pointer, not a model/,
    ],
    ['text', text('hello, world: not a model at all'), /byte 0: no model that we know/],
    ['a pickle of a number', pickle(5), /a pickle of 5, not of a StyleGAN2/],
    ['a pickle of a dict', pickle(new Map([['a', 1]])), /a pickle of a dict of 1/],
    ['a zip file', Buffer.from('504b0304', 'hex'), /a zip file without its directory/],
    ['a NumPy file', Buffer.from('\x93NUMPY\x01\x00v\x00{', 'latin1'), /a NumPy array/],
  ];
  it.each(cases)('is refused: %s', (_, bytes, message) => {
    const error = refusal(bytes);
    expect(error).toBeInstanceOf(DragganError);
    expect(String(error)).toMatch(message);
  });
});
