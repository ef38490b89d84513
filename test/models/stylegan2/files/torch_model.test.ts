import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError, UnsupportedModelError } from '../../../../src/formats/errors.ts';
import {
  type PickleObject,
  PickleTuple,
  type PickleValue,
} from '../../../../src/formats/pickle/pickle_values.ts';
import { writeSafetensors } from '../../../../src/formats/safetensors.ts';
import { parseModelFile } from '../../../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import {
  call,
  moduleTree,
  orderedDict,
  torchStream,
  torchTensor,
} from '../../../../tools/official_pickle.ts';
import { pickle } from '../../../../tools/pickle_writer.ts';
import { firstDifference, readModelFixture } from '../../../support/model_fixtures.ts';
import { PickleScript } from '../../../support/pickle_script.ts';

const expected = readGenerator(parseModelFile(readModelFixture('tiny.safetensors')));
const own = [...expected.tensors].map(([name, { shape, data }]) => ({ name, shape, data: data() }));

/** A state dict of the tiny network, its names behind a prefix. */
const state = (prefix = '', wrap = (value: PickleObject): PickleValue => value) =>
  orderedDict(own.map(({ name, ...tensor }) => [prefix + name, wrap(torchTensor(tensor))]));
/** Another one of the same names, whose tensors are all 0. */
const zeros = (prefix = '') =>
  orderedDict(
    own.map(({ name, shape, data }) => [
      prefix + name,
      torchTensor({ shape, data: new Float32Array(data.length) }),
    ]),
  );
const module = () =>
  moduleTree('Generator', new Map(own.map(({ name, ...tensor }) => [name, tensor])));
const dict = (...entries: [string, PickleValue][]) => new Map<PickleValue, PickleValue>(entries);
const merged = (...dicts: PickleObject[]) =>
  orderedDict(
    dicts.flatMap(({ entries }) => [...entries].map(([k, v]) => [String(k), v] as const)),
  );

function expectTiny(bytes: Uint8Array, format?: string): void {
  const file = parseModelFile(bytes, 'x');
  if (format) expect(file.format).toBe(format);
  const { config, tensors } = readGenerator(file);
  expect({ ...config, dragDefaults: null, convClamp: null }).toEqual({
    ...expected.config,
    dragDefaults: null,
    convClamp: null,
  });
  for (const { name, data } of own)
    expect(firstDifference(tensors.get(name)?.data(), data), name).toBe(-1);
}

describe('a generator is found', () => {
  it.each<[where: string, value: () => PickleValue]>([
    ['as a state dict alone', () => state()],
    ['under G_ema', () => dict(['G_ema', state()])],
    ['under state_dict, behind G_ema.', () => dict(['epoch', 3], ['state_dict', state('G_ema.')])],
    ['behind module.', () => state('module.')],
    [
      'behind module.G_ema. beside a plain one',
      () => merged(zeros('module.G.'), state('module.G_ema.')),
    ],
    ['behind G.', () => state('G.')],
    ['under a name that nobody knows', () => dict(['mine', dict(['weights', state()])])],
    ['in a list', () => [1, state()]],
    ['as a module', () => module()],
    ['as a module in a module', () => moduleOf('Wrapper', ['G_ema', module()])],
    [
      'as an attribute of an object of the file',
      () => stateful('my.train.Trainer', ['G', module()]),
    ],
    ['averaged, after one that is not', () => dict(['G', zeros()], ['G_ema', state()])],
    [
      'averaged, deeper than one that is not',
      () => dict(['generator', zeros()], ['ema', dict(['model', state()])]),
    ],
    ['beside a discriminator that has such names', () => dict(['D', zeros()], ['netG', state()])],
    ['of subclasses of tensors', () => state('', subclass)],
  ])('%s', (_, value) => expectTiny(pickle(value())));

  it('in safetensors behind another prefix', () => {
    const tensors = new Map(own.map(({ name, ...tensor }) => [`G_ema.${name}`, tensor]));
    expectTiny(writeSafetensors(tensors), 'official safetensors');
  });

  it('whose bytes are texts, as in protocol 2', () => {
    const script = new PickleScript().raw(0x7d, 0x28);
    for (const { name, shape, data } of own) {
      script.text(name).global('torch._utils', '_rebuild_tensor_v2').raw(0x28);
      script.global('torch.storage', '_load_from_bytes').bytesAsText(torchStream(data));
      script.raw(0x85, 0x52).number(0).raw(0x28);
      for (const size of shape) script.number(size);
      script.raw(0x74, 0x28);
      for (const [axis] of shape.entries())
        script.number(shape.slice(axis + 1).reduce((product, size) => product * size, 1));
      script.raw(0x74, 0x89, 0x7d, 0x74, 0x52);
    }
    expectTiny(script.raw(0x75).end(), 'official pickle');
  });

  it('beside data of any class, which is not read', () => {
    const inert = [
      call('training.loss.Discriminator', 5),
      call('pathlib.PosixPath', 'a'),
      call('a.b.make', call('numpy.random._pickle.__randomstate_ctor')),
      call('torch.optim.adam.Adam'),
      call('torch._utils._rebuild_sparse_tensor', 1),
    ];
    expectTiny(pickle(dict(['D', inert[0] ?? null], ['others', inert], ['G_ema', state()])));
  });

  it('with a word where there are several', () => {
    const several = parseModelFile(pickle(dict(['cats', state()], ['dogs', zeros()])));
    expect(several.notes).toEqual(['several generators: cats is read, dogs is not']);
    expect(parseModelFile(pickle(dict(['G_ema', state()], ['G', zeros()]))).notes).toBeUndefined();
  });
});

describe('a file is refused', () => {
  const beside = (value: PickleValue) => pickle(dict(['G_ema', state()], ['x', value]));
  it.each([
    'os.system',
    'posix.system',
    'nt.system',
    'subprocess.Popen',
    'builtins.eval',
    'builtins.exec',
    '__builtin__.eval',
    'builtins.__import__',
    'importlib.import_module',
    'runpy._run_code',
    'pty.spawn',
    'socket.create_connection',
    'webbrowser.open',
    'shutil.rmtree',
    'pickle.loads',
    'types.CodeType',
    'operator.attrgetter',
    'pip.main',
    'torch.hub.load',
    'numpy.load',
  ])('that names %s, wherever', (name) => {
    const refused = () => parseModelFile(beside(call(name, 'x')), 'x');
    expect(refused).toThrow(FormatError);
    expect(refused).toThrow(`names ${name}, `);
  });

  it('where a weight is of a kind that is not read', () => {
    const one = state();
    one.entries.set('synthesis.b8.conv0.weight', call('torch._utils._rebuild_qtensor'));
    expect(() => parseModelFile(pickle(one), 'x')).toThrow(
      /synthesis.b8.conv0.weight: is torch._utils._rebuild_qtensor, no tensor/,
    );
  });

  const named = (...names: string[]) =>
    pickle(
      dict(
        ...names.map((name): [string, PickleValue] => [
          name,
          torchTensor({ shape: [1], data: new Float32Array(1) }),
        ]),
      ),
    );
  it.each([
    [
      'StyleGAN3',
      named('mapping.fc0.weight', 'synthesis.input.freqs', 'synthesis.L0_36_512.weight'),
    ],
    ['EG3D', named('backbone.synthesis.b4.const', 'superresolution.block0.conv0.weight')],
    ['BigGAN', named('shared.weight', 'linear.weight', 'blocks.0.0.conv1.weight')],
    [
      'diffusion',
      pickle(dict(['state_dict', dict(['model.diffusion_model.input_blocks.0.0.weight', 1])])),
    ],
    ['StyleGAN \\(the first\\)', named('g_synthesis.blocks.4x4.const')],
  ])('by its name: %s', (name, bytes) => {
    const refused = () => readGenerator(parseModelFile(bytes, 'x'));
    expect(refused).toThrow(UnsupportedModelError);
    expect(refused).toThrow(new RegExp(name));
  });
});

describe('a model in a container', () => {
  const bytes = readModelFixture('tiny_official.pkl');
  const note = new TextEncoder().encode('read me');

  it.each<[what: string, bytes: Uint8Array]>([
    ['gzip', gzipSync(bytes)],
    ['a zip file that compresses', zipSync({ 'a/readme.txt': note, 'a/model.pkl': bytes })],
    [
      'a zip file that does not',
      zipSync({ 'model.pkl': bytes, '__MACOSX/._model.pkl': note }, { level: 0 }),
    ],
    [
      'gzip in a zip file',
      zipSync({ 'model.pkl.gz': new Uint8Array(gzipSync(bytes)) }, { level: 0 }),
    ],
  ])('is read: %s', (_, file) => expectTiny(file, 'official pickle'));

  const bomb = gzipSync(new Uint8Array(1e8));
  const broken = gzipSync(bytes);
  broken.writeUInt8(broken.readUInt8(broken.length - 6) ^ 1, broken.length - 6);
  it.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ['two models', zipSync({ 'a.pkl': bytes, 'b.pt': note }), /2 models \(a.pkl, b.pt\)/],
    ['no model', zipSync({ 'a.txt': note }), /a zip file with no model/],
    ['a hundred megabytes of nothing', bomb, /100000000 bytes when it is inflated/],
    ['the same in a zip file', zipSync({ 'a.pkl': new Uint8Array(1e8) }), /100000000 bytes when/],
    ['other bytes than its checksum says', broken, /its checksum is another/],
    ['half of it', gzipSync(bytes).subarray(0, 20_000), /gzip: /],
    ['itself', nested(6, bytes), /not a model of StyleGAN2|no model that we know/],
  ])('is refused: %s', (_, file, message) => {
    expect(() => parseModelFile(file, 'x')).toThrow(FormatError);
    expect(() => parseModelFile(file, 'x')).toThrow(message);
  });
});

function nested(levels: number, bytes: Uint8Array): Uint8Array {
  return levels === 0 ? bytes : nested(levels - 1, new Uint8Array(gzipSync(bytes)));
}

/** A module whose one child is another module. */
function moduleOf(className: string, child: [string, PickleValue]): PickleObject {
  return stateful(className, ['_modules', orderedDict([child])]);
}

/** An object of a class of the file's own, with one attribute. */
function stateful(className: string, attribute: [string, PickleValue]): PickleObject {
  const object = call(className);
  object.state = dict(attribute);
  return object;
}

function subclass(value: PickleObject): PickleValue {
  return call(
    'torch._tensor._rebuild_from_type_v2',
    value.global,
    call('my.Tensor').global,
    new PickleTuple(value.args),
    null,
  );
}
